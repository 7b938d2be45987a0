// Makes the Bolt files of the tests with a real Bolt:
//
//	apt-get install golang-go golang-github-coreos-bbolt-dev
//	GO111MODULE=off GOPATH=/usr/share/gocode go run tests/bolt/generate.go tests/bolt
package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	bolt "go.etcd.io/bbolt"
)

type entity map[string]interface{}

func stored(name string, more entity) entity {
	one := entity{
		"id": "id-" + name, "name": name, "organizationId": "acme",
		"createdTime": "2026-01-01T00:00:00Z", "modifiedTime": "2026-01-01T00:00:00Z",
		"revision": 0, "version": 0, "state": nil, "status": "READY", "reason": nil,
		"tags": nil, "delete": false,
	}
	for key, value := range more {
		one[key] = value
	}
	return one
}

func put(bucket *bolt.Bucket, key string, value []byte) {
	index, err := bucket.NextSequence()
	check(err)
	data := make([]byte, 8, 8+len(value))
	binary.LittleEndian.PutUint64(data, index)
	check(bucket.Put([]byte(key), append(data, value...)))
}

func write(path string, fill func(*bolt.Bucket)) {
	check(os.RemoveAll(path))
	file, err := bolt.Open(path, 0o644, &bolt.Options{PageSize: 4096})
	check(err)
	check(file.Update(func(tx *bolt.Tx) error {
		bucket, err := tx.CreateBucketIfNotExists([]byte("dispatch"))
		check(err)
		fill(bucket)
		return nil
	}))
	check(file.Close())
}

func text(one entity) []byte {
	data, err := json.Marshal(one)
	check(err)
	return data
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	folder := os.Args[1]

	// So small that Bolt keeps the bucket inside the value of its parent.
	write(filepath.Join(folder, "small.db"), func(bucket *bolt.Bucket) {
		put(bucket, "Application/acme/shop", text(stored("shop", entity{"status": "RAEDY"})))
	})

	// Branches, leaves that were split, a value of several pages, and pages that are free again.
	write(filepath.Join(folder, "large.db"), func(bucket *bolt.Bucket) {
		for number := 0; number < 150; number++ {
			name := fmt.Sprintf("shop-%03d", number)
			put(bucket, "Application/acme/"+name, text(stored(name, nil)))
		}
		secret := stored("long", entity{"secrets": entity{"key": strings.Repeat("x", 9000)}, "status": ""})
		put(bucket, "SecretEntity/acme/long", text(secret))
	})
	file, err := bolt.Open(filepath.Join(folder, "large.db"), 0o644, nil)
	check(err)
	check(file.Update(func(tx *bolt.Tx) error {
		bucket := tx.Bucket([]byte("dispatch"))
		for number := 30; number < 110; number++ {
			check(bucket.Delete([]byte(fmt.Sprintf("Application/acme/shop-%03d", number))))
		}
		return nil
	}))
	check(file.Close())

	write(filepath.Join(folder, "empty.db"), func(*bolt.Bucket) {})

	write(filepath.Join(folder, "odd.db"), func(bucket *bolt.Bucket) {
		check(bucket.Put([]byte("Application/acme/short"), []byte("abc")))
		put(bucket, "Application/acme/broken", []byte(`{"id": `))
		put(bucket, "Application/acme/list", []byte(`[1]`))
		put(bucket, "Application/acme/shop", text(stored("shop", nil)))
	})
}
