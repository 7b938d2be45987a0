// Values inside entities.

package definitions

// Tag is one label of a manifest.
type Tag struct {
	// Key of the label.
	Key string `json:"key,omitempty"`
	// Value of the label.
	Value string `json:"value,omitempty"`
}

// Config is one setting of a driver.
type Config struct {
	// Key of the setting.
	Key string `json:"key,omitempty"`
	// Value of the setting.
	Value string `json:"value,omitempty"`
}

// SecretValue holds secret values, by key.
type SecretValue map[string]string

// SpecManifest is the desired state in manifests of images.
type SpecManifest string

const (
	// SpecCONFIGURE asks for the object to be configured.
	SpecCONFIGURE SpecManifest = "CONFIGURE"
	// SpecCREATE asks for the object to be created.
	SpecCREATE SpecManifest = "CREATE"
	// SpecDELETE asks for the object to be deleted.
	SpecDELETE SpecManifest = "DELETE"
)

// FunctionSchema holds the JSON Schemas of a function.
type FunctionSchema struct {
	// JSON Schema of the input.
	In interface{} `json:"in,omitempty"`
	// JSON Schema of the output.
	Out interface{} `json:"out,omitempty"`
}

// ServicePlanSchema holds the JSON Schemas of a plan's parameters.
type ServicePlanSchema struct {
	// JSON Schema of the parameters of a binding.
	Bind interface{} `json:"bind,omitempty"`
	// JSON Schema of the parameters of a new instance.
	Create interface{} `json:"create,omitempty"`
	// JSON Schema of the parameters of a changed instance.
	Update interface{} `json:"update,omitempty"`
}

// RuntimeDependencies are libraries of the image's language.
type RuntimeDependencies struct {
	// The package manifest of the language, for example a requirements.txt.
	Manifest string `json:"manifest"`
}

// RuntimeDependenciesManifest are libraries of the image's language.
type RuntimeDependenciesManifest struct {
	// The package manifest of the language; `@file` reads it from a file.
	Manifest string `json:"manifest,omitempty"`
}

// SystemDependencies are packages of the image's operating system.
type SystemDependencies struct {
	// The packages.
	Packages []SystemPackage `json:"packages"`
}

// SystemPackage is one package of the operating system.
type SystemPackage struct {
	// Name of the package.
	Name string `json:"name"`
	// Version of the package.
	Version string `json:"version"`
}

// SystemDependenciesManifest are packages of the image's operating system.
type SystemDependenciesManifest struct {
	// The packages.
	Packages []*SystemDependency `json:"packages"`
}

// SystemDependency is one package of the operating system.
type SystemDependency struct {
	// Name of the package.
	Name *string `json:"name"`
	// Version of the package; the newest where nothing is said.
	Version string `json:"version,omitempty"`
}

// Logs is what a run wrote.
type Logs struct {
	// Lines written to standard error.
	Stderr []string `json:"stderr"`
	// Lines written to standard output.
	Stdout []string `json:"stdout"`
}

// InvocationError says what went wrong in a run.
type InvocationError struct {
	// What went wrong, in words.
	Message *string `json:"message"`
	// Calls that led to the error.
	Stacktrace []string `json:"stacktrace"`
	// Whose error it was.
	Type ErrorType `json:"type"`
}

// ErrorType says whose error it was.
type ErrorType string

const (
	// ErrorTypeInputError: the input was wrong.
	ErrorTypeInputError ErrorType = "InputError"
	// ErrorTypeFunctionError: the function failed.
	ErrorTypeFunctionError ErrorType = "FunctionError"
	// ErrorTypeSystemError: Dispatch failed.
	ErrorTypeSystemError ErrorType = "SystemError"
)

// HTTPMethod is a method of HTTP as requests spell it: gateways compare it with that of a request.
type HTTPMethod string

const (
	// HTTPMethodGET is the method GET.
	HTTPMethodGET HTTPMethod = "GET"
	// HTTPMethodHEAD is the method HEAD.
	HTTPMethodHEAD HTTPMethod = "HEAD"
	// HTTPMethodPOST is the method POST.
	HTTPMethodPOST HTTPMethod = "POST"
	// HTTPMethodPUT is the method PUT.
	HTTPMethodPUT HTTPMethod = "PUT"
	// HTTPMethodPATCH is the method PATCH.
	HTTPMethodPATCH HTTPMethod = "PATCH"
	// HTTPMethodDELETE is the method DELETE.
	HTTPMethodDELETE HTTPMethod = "DELETE"
	// HTTPMethodCONNECT is the method CONNECT.
	HTTPMethodCONNECT HTTPMethod = "CONNECT"
	// HTTPMethodOPTIONS is the method OPTIONS.
	HTTPMethodOPTIONS HTTPMethod = "OPTIONS"
	// HTTPMethodTRACE is the method TRACE.
	HTTPMethodTRACE HTTPMethod = "TRACE"
)

// Protocol is a protocol that gateways can restrict an API to.
type Protocol string

const (
	// ProtocolHTTP is HTTP without encryption.
	ProtocolHTTP Protocol = "http"
	// ProtocolHTTPS is HTTP over TLS.
	ProtocolHTTPS Protocol = "https"
)
