// The stored kinds: what Dispatch keeps in its Entity Store.

package definitions

import "time"

// API publishes a Function under an HTTP address.
type API struct {
	BaseEntity
	// The API as the gateway holds it.
	API GatewayAPI
}

// Application groups entities that carry its tag.
type Application struct {
	BaseEntity
}

// Driver brings events from outside into Dispatch.
//
// +dispatch:alias=EventDriver
type Driver struct {
	BaseEntity
	// The DriverType of the driver, by name.
	// +dispatch:reference=DriverType
	Type string `json:"type"`
	// Settings of the driver.
	Config map[string]string `json:"config,omitempty"`
	// Secrets that are handed over, by name.
	Secrets []string `json:"secrets,omitempty"`
	// Reference of the container image of the driver.
	// +dispatch:reference=none
	Image string `json:"image"`
	// Whether the driver is reachable from outside the cluster.
	Expose bool `json:"expose"`
	// Address the driver is reachable at.
	URL string `json:"url"`
}

// DriverType is a kind of event driver.
//
// +dispatch:alias=EventDriverType
type DriverType struct {
	BaseEntity
	// Reference of the container image of the driver.
	// +dispatch:reference=none
	Image string `json:"image"`
	// Whether the driver is reachable from outside the cluster.
	Expose bool `json:"expose"`
	// Whether the driver type came with Dispatch.
	BuiltIn bool `json:"builtIn"`
	// Settings of the driver.
	Config map[string]string `json:"config,omitempty"`
}

// Subscription calls a Function when an event of a type arrives.
type Subscription struct {
	BaseEntity
	// Type of the events, for example `ticker.tick`.
	EventType string `json:"eventType"`
	// The Function that is called, by name.
	Function string `json:"function"`
	// Secrets the function is handed, by name.
	Secrets []string `json:"secrets,omitempty"`
}

// Function is code that runs on demand.
type Function struct {
	BaseEntity
	// Handle of the function in the FaaS driver; set by the server.
	FaasID string `json:"faasId"`
	// Where the source code is kept: `es://<name>` names a Source.
	// +dispatch:reference=Source,prefix=es://
	SourceURL string `json:"sourceURL"`
	// Entry point of the function.
	Handler string `json:"handler"`
	// The Image the function runs in, by name.
	ImageName string `json:"image"`
	// Reference of the container image the function runs in.
	ImageURL string `json:"imageURL"`
	// Reference of the container image built for the function.
	FunctionImageURL string `json:"functionImageURL"`
	// JSON Schemas that the input and output of the function are held against.
	Schema *FunctionSchema `json:"schema,omitempty"`
	// Secrets that are handed over, by name.
	Secrets []string `json:"secrets,omitempty"`
	// ServiceInstances that are bound, by name.
	// +dispatch:reference=ServiceInstance
	Services []string `json:"services,omitempty"`
	// Longest time a run may take, in milliseconds; 0 means no limit.
	Timeout int64 `json:"timeout,omitempty"`
}

// FnRun is one run of a Function.
//
// +dispatch:kind=Run
// +dispatch:alias=FnRun
type FnRun struct {
	BaseEntity
	// The Function that ran, by name.
	FunctionName string `json:"functionName"`
	// The Function that ran, by ID.
	FunctionID string `json:"functionID"`
	// Handle of the function in the FaaS driver; set by the server.
	FaasID string `json:"faasId"`
	// Whether the caller waits for the result.
	Blocking bool `json:"blocking"`
	// Input of the run, any value.
	Input interface{} `json:"input,omitempty"`
	// Output of the run, any value.
	Output interface{} `json:"output,omitempty"`
	// Secrets that are handed over, by name.
	Secrets []string `json:"secrets,omitempty"`
	// ServiceInstances that are bound, by name.
	// +dispatch:reference=ServiceInstance
	Services []string `json:"services,omitempty"`
	// HTTP request that started the run.
	HTTPContext map[string]interface{} `json:"httpContext,omitempty"`
	// The event that started the run.
	Event *CloudEvent `json:"event,omitempty"`
	// What the run wrote to its two output streams.
	Logs *Logs `json:"logs,omitempty"`
	// What went wrong in the run.
	Error *InvocationError `json:"error,omitempty"`
	// When the run ended.
	FinishedTime time.Time `json:"finishedTime,omitempty"`
}

// Source is the source code of a Function.
type Source struct {
	BaseEntity
	// The source code, in Base64.
	Code []byte `json:"code"`
}

// Rule is one permission of a Policy.
//
// +dispatch:nested
type Rule struct {
	BaseEntity
	// Who may act: account names or e-mail addresses.
	Subjects []string `json:"subjects"`
	// Resources the actions are allowed on, `*` for every one.
	Resources []string `json:"resources"`
	// Actions that are allowed, `*` for every one.
	Actions []string `json:"actions"`
}

// Policy allows subjects to act on resources.
type Policy struct {
	BaseEntity
	// Whether the policy holds for every organization.
	Global bool `json:"global"`
	// Rules of the policy.
	Rules []Rule `json:"rules"`
}

// ServiceAccount is an account for programs.
type ServiceAccount struct {
	BaseEntity
	// Public key that verifies the tokens of the account, in Base64.
	PublicKey string `json:"publicKey"`
	// Domain of the account.
	Domain string `json:"domain"`
	// Algorithm that signs the tokens of the account.
	JWTAlgorithm string `json:"jwtAlgorithm"`
}

// Organization owns entities.
type Organization struct {
	BaseEntity
}

// BaseImage is a container image that Images are built on.
type BaseImage struct {
	BaseEntity
	// Reference of the container image in its registry.
	DockerURL string `json:"dockerUrl"`
	// Programming language of the functions the image runs.
	Language string `json:"language"`
	// When the container image was last pulled.
	LastPullTime time.Time `json:"lastPullTime,omitempty"`
}

// Image is a container image that Functions run in.
type Image struct {
	BaseEntity
	// Reference of the container image in its registry.
	DockerURL string `json:"dockerUrl"`
	// Programming language of the functions the image runs.
	Language string `json:"language"`
	// The BaseImage the image is built on, by name.
	BaseImageName string `json:"baseImageName"`
	// Libraries of the language that are installed into the image.
	RuntimeDependencies RuntimeDependencies `json:"runtimeDependencies"`
	// Packages of the operating system that are installed into the image.
	SystemDependencies SystemDependencies `json:"systemDependencies"`
	// When the container image was last pulled.
	LastPullTime time.Time `json:"lastPullTime,omitempty"`
}

// SecretEntity holds values that functions need and nobody else may read.
//
// +dispatch:kind=Secret
// +dispatch:alias=SecretEntity
type SecretEntity struct {
	BaseEntity
	// The secret values, by key.
	Secrets map[string]string `json:"secrets"`
}

// Broker offers services. Dispatch never stores one.
type Broker struct {
	BaseEntity
	// Address of the broker.
	URL string `json:"url"`
}

// ServicePlan is a variant in which a service is offered.
//
// +dispatch:nested
type ServicePlan struct {
	BaseEntity
	// What it is, in words.
	Description string `json:"description"`
	// Handle of the plan at the broker.
	PlanID string `json:"planID"`
	// JSON Schemas of the parameters the plan takes.
	Schema ServicePlanSchema `json:"schema"`
	// Further data of the plan, any value.
	Metadata interface{} `json:"metadata"`
	// Whether the plan costs nothing.
	Free bool `json:"free"`
	// Whether instances can be bound to functions.
	Bindable bool `json:"bindable"`
}

// ServiceClass is a service that a broker offers.
type ServiceClass struct {
	BaseEntity
	// What it is, in words.
	Description string `json:"description"`
	// Handle of the service at the broker.
	ServiceID string `json:"serviceID"`
	// The Broker that offers the service, by name.
	Broker string `json:"broker"`
	// Whether instances can be bound to functions.
	Bindable bool `json:"bindable"`
	// Plans the service is offered in.
	Plans []ServicePlan `json:"plans"`
}

// ServiceBinding connects a ServiceInstance to functions.
type ServiceBinding struct {
	BaseEntity
	// The ServiceInstance that is bound, by name.
	ServiceInstance string `json:"serviceInstance"`
	// Parameters handed to the broker, any value.
	Parameters interface{} `json:"parameters"`
	// Secrets that hold further parameters, by name.
	// +dispatch:reference=Secret
	SecretParameters []string `json:"secretParameters"`
	// Handle of the binding at the broker.
	BindingID string `json:"bindingID"`
	// The Kubernetes secret that holds the credentials.
	BindingSecret string `json:"bindingSecret"`
}

// ServiceInstance is a service that was provisioned.
type ServiceInstance struct {
	BaseEntity
	// The ServiceClass of the instance, by name.
	ServiceClass string `json:"serviceClass"`
	// The ServicePlan of the class, by name.
	ServicePlan string `json:"servicePlan"`
	// Kubernetes namespace the instance lives in.
	Namespace string `json:"namespace"`
	// Parameters handed to the broker, any value.
	Parameters interface{} `json:"parameters"`
	// Secrets that hold further parameters, by name.
	// +dispatch:reference=Secret
	SecretParameters []string `json:"secretParameters"`
	// Handle of the instance at the broker.
	InstanceID string `json:"instanceID"`
	// Whether the instance is bound as soon as it is ready.
	Bind bool `json:"bind"`
}

// GatewayAPI is the API as the gateway holds it, a value inside a stored API.
type GatewayAPI struct {
	// Identifier the gateway knows the API by.
	ID string `json:"id,omitempty"`
	// When the gateway created the API, in Unix seconds.
	CreatedAt int `json:"created_at,omitempty"`
	// Name the gateway knows the API by.
	Name string `json:"name,omitempty"`
	// The organization the API belongs to.
	OrganizationID string `json:"organizationID,omitempty"`
	// The Function that is called, by name.
	Function string `json:"function,omitempty"`
	// Host names the API answers on; none means every host.
	Hosts []string `json:"hosts,omitempty"`
	// Paths the API answers.
	URIs []string `json:"uris,omitempty"`
	// HTTP methods the API answers, for example `GET`.
	Methods []HTTPMethod `json:"methods,omitempty"`
	// How callers of the API prove who they are, for example `public`.
	Authentication string `json:"authentication,omitempty"`
	// Whether the API answers requests.
	Enabled bool `json:"enabled,omitempty"`
	// Protocols the API answers, `http` or `https`.
	Protocols []Protocol `json:"protocols,omitempty"`
	// The Secret that holds the TLS certificate and key, by name.
	// +dispatch:reference=Secret
	TLS string `json:"tls,omitempty"`
	// Whether cross-origin requests are answered.
	CORS bool `json:"cors,omitempty"`
}
