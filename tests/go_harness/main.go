// Program main writes and reads values of the types in types.go, for tests/go_differential.py.
//
// Each line of its input is a request, each line of its output an answer.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand"
	"os"
	"reflect"
	"strconv"
	"time"
)

type request struct {
	Type string
	Seed int64
	Fill bool
	Docs []json.RawMessage
}

type answer struct {
	Doc   json.RawMessage
	Error string
	Reads []string
}

func main() {
	input := bufio.NewReaderSize(os.Stdin, 1<<20)
	output := bufio.NewWriter(os.Stdout)
	defer output.Flush()
	for {
		line, err := input.ReadBytes('\n')
		if err == io.EOF {
			return
		}
		var asked request
		if err := json.Unmarshal(line, &asked); err != nil {
			panic(err)
		}
		text, err := json.Marshal(respond(asked))
		if err != nil {
			panic(err)
		}
		output.Write(append(text, '\n'))
	}
}

func respond(asked request) (result answer) {
	if asked.Docs != nil {
		for _, doc := range asked.Docs {
			result.Reads = append(result.Reads, read(asked.Type, doc))
		}
		return result
	}
	defer func() {
		if cause := recover(); cause != nil {
			result.Error = fmt.Sprint(cause)
		}
	}()
	value := reflect.New(registry[asked.Type])
	if asked.Fill {
		fill(rand.New(rand.NewSource(asked.Seed)), value.Elem(), 0)
	}
	doc, err := json.Marshal(value.Interface())
	if err != nil {
		result.Error = err.Error()
		return result
	}
	result.Doc = doc
	return result
}

// read decodes a document strictly; it returns the error, or nothing.
func read(name string, doc []byte) (problem string) {
	defer func() {
		if cause := recover(); cause != nil {
			problem = fmt.Sprint(cause)
		}
	}()
	decoder := json.NewDecoder(bytes.NewReader(doc))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(reflect.New(registry[name]).Interface()); err != nil {
		return err.Error()
	}
	return ""
}

var words = []string{"", "a", "Ab-1", "é\n\"<&>", "\u2028", "2024-01-02", "true", "12"}

func fill(random *rand.Rand, value reflect.Value, depth int) {
	if !value.CanSet() {
		return
	}
	if values, ok := constants[value.Type().String()]; ok {
		// Not set, or one of the constants.
		if chosen := random.Intn(len(values) + 1); chosen < len(values) {
			value.Set(reflect.ValueOf(values[chosen]).Convert(value.Type()))
		}
		return
	}
	switch value.Type() {
	case reflect.TypeOf(time.Time{}):
		moment := time.Unix(random.Int63n(4e9), random.Int63n(1e9))
		value.Set(reflect.ValueOf(moment.In(time.FixedZone("", random.Intn(80000)/60*60-40000/60*60))))
		return
	case reflect.TypeOf(json.RawMessage{}):
		value.Set(reflect.ValueOf(json.RawMessage(`{"x":[1,null]}`)))
		return
	case reflect.TypeOf(json.Number("")):
		value.SetString(strconv.Itoa(random.Intn(1000)) + ".5e3")
		return
	}
	switch value.Kind() {
	case reflect.Bool:
		value.SetBool(random.Intn(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		value.SetInt(int64(random.Uint64()) >> random.Intn(64))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		value.SetUint(random.Uint64() >> random.Intn(64))
	case reflect.Float32, reflect.Float64:
		value.SetFloat([]float64{0, -1.5, 1e21, 3e38, -1e-9, 42}[random.Intn(6)])
	case reflect.String:
		value.SetString(words[random.Intn(len(words))])
	case reflect.Pointer:
		if depth < 6 && random.Intn(3) > 0 {
			value.Set(reflect.New(value.Type().Elem()))
			fill(random, value.Elem(), depth+1)
		}
	case reflect.Interface:
		if value.NumMethod() == 0 && random.Intn(3) > 0 {
			value.Set(reflect.ValueOf([]any{"x", 1.5, true, map[string]any{"k": nil}}[random.Intn(4)]))
		}
	case reflect.Slice:
		if depth < 6 && random.Intn(4) > 0 {
			value.Set(reflect.MakeSlice(value.Type(), random.Intn(3), 3))
			for i := 0; i < value.Len(); i++ {
				fill(random, value.Index(i), depth+1)
			}
		}
	case reflect.Array:
		for i := 0; i < value.Len(); i++ {
			fill(random, value.Index(i), depth+1)
		}
	case reflect.Map:
		if depth < 6 && random.Intn(4) > 0 {
			value.Set(reflect.MakeMap(value.Type()))
			for i := random.Intn(3); i > 0; i-- {
				key, item := reflect.New(value.Type().Key()).Elem(), reflect.New(value.Type().Elem()).Elem()
				fill(random, key, depth+1)
				fill(random, item, depth+1)
				value.SetMapIndex(key, item)
			}
		}
	case reflect.Struct:
		for i := 0; i < value.NumField(); i++ {
			fill(random, value.Field(i), depth+1)
		}
	}
}
