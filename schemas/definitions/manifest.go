// The manifest models: what `dispatch create -f` of v0.1.24 reads, under the names it reads them by.

package definitions

// APIManifest publishes a Function under an HTTP address.
//
// +dispatch:kind=API
// +dispatch:form=manifest
type APIManifest struct {
	// How callers of the API prove who they are, for example `public`.
	// +dispatch:example=public
	Authentication string `json:"authentication,omitempty"`
	// Whether cross-origin requests are answered.
	CORS bool `json:"cors,omitempty"`
	// Whether the API answers requests.
	Enabled bool `json:"enabled,omitempty"`
	// The Function that is called, by name.
	Function *string `json:"function"`
	// Host names the API answers on; none means every host.
	// +dispatch:example=["api.example.com"]
	Hosts []string `json:"hosts"`
	// Identifier of the entity, unique for all time; set by the server.
	ID string `json:"id,omitempty"`
	// The entity type.
	Kind string `json:"kind,omitempty"`
	// HTTP methods the API answers, for example `GET`.
	// +dispatch:example=["GET", "POST"]
	Methods []HTTPMethod `json:"methods"`
	// Name of the entity, unique for its kind within an organization.
	// +dispatch:pattern=^[A-Za-z0-9_][A-Za-z0-9_-]*$
	Name *string `json:"name"`
	// Protocols the API answers, `http` or `https`.
	// +dispatch:example=["https"]
	Protocols []Protocol `json:"protocols"`
	// Current state of the entity; set by the server.
	Status Status `json:"status,omitempty"`
	// Labels as a list of key and value; `Application` names the Application it belongs to.
	// +dispatch:reference=Application,key=Application
	Tags []*Tag `json:"tags"`
	// The Secret that holds the TLS certificate and key, by name.
	// +dispatch:reference=Secret
	TLS string `json:"tls,omitempty"`
	// Paths the API answers.
	// +dispatch:example=["/hello"]
	URIs []string `json:"uris"`
}

// ApplicationManifest groups entities that carry its tag.
//
// +dispatch:kind=Application
// +dispatch:form=manifest
// +dispatch:ignored
type ApplicationManifest struct {
	// When the entity was created, in Unix seconds; set by the server.
	// +dispatch:readonly
	CreatedTime int64 `json:"createdTime,omitempty"`
	// Identifier of the entity, unique for all time; set by the server.
	ID string `json:"id,omitempty"`
	// The entity type.
	Kind string `json:"kind,omitempty"`
	// When the entity was last changed, in Unix seconds; set by the server.
	// +dispatch:readonly
	ModifiedTime int64 `json:"modifiedTime,omitempty"`
	// Name of the entity, unique for its kind within an organization.
	// +dispatch:pattern=^[A-Za-z0-9_][A-Za-z0-9_-]*$
	Name *string `json:"name"`
	// Current state of the entity; set by the server.
	// +dispatch:readonly
	Status Status `json:"status,omitempty"`
	// Labels as a list of key and value; `Application` names the Application it belongs to.
	// +dispatch:reference=Application,key=Application
	Tags []*Tag `json:"tags"`
}

// BaseImageManifest is a container image that Images are built on.
//
// +dispatch:kind=BaseImage
// +dispatch:form=manifest
type BaseImageManifest struct {
	// When the entity was created, in Unix seconds; set by the server.
	CreatedTime int64 `json:"createdTime,omitempty"`
	// Reference of the container image in its registry.
	// +dispatch:example=registry.example.com/base:1.0
	DockerURL *string `json:"dockerUrl"`
	// Groups of runtimes the image belongs to.
	Groups []string `json:"groups"`
	// Identifier of the entity, unique for all time; set by the server.
	ID string `json:"id,omitempty"`
	// The entity type.
	Kind string `json:"kind,omitempty"`
	// Programming language of the functions the image runs.
	// +dispatch:example=nodejs
	Language *string `json:"language"`
	// Name of the entity, unique for its kind within an organization.
	// +dispatch:pattern=^[A-Za-z0-9_][A-Za-z0-9_-]*$
	Name *string `json:"name"`
	// Why the entity has its status; set by the server.
	Reason []string `json:"reason"`
	// Desired state of the entity.
	Spec SpecManifest `json:"spec,omitempty"`
	// Current state of the entity; set by the server.
	Status Status `json:"status,omitempty"`
	// Labels as a list of key and value; `Application` names the Application it belongs to.
	// +dispatch:reference=Application,key=Application
	Tags []*Tag `json:"tags"`
}

// ImageManifest is a container image that Functions run in.
//
// +dispatch:kind=Image
// +dispatch:form=manifest
type ImageManifest struct {
	// The BaseImage the image is built on, by name.
	// +dispatch:pattern=^[A-Za-z0-9_][A-Za-z0-9_-]*$
	// +dispatch:example=nodejs-base
	BaseImageName *string `json:"baseImageName"`
	// When the entity was created, in Unix seconds; set by the server.
	CreatedTime int64 `json:"createdTime,omitempty"`
	// Reference of the container image in its registry.
	// +dispatch:readonly
	DockerURL string `json:"dockerUrl,omitempty"`
	// Groups of runtimes the image belongs to.
	Groups []string `json:"groups"`
	// Identifier of the entity, unique for all time; set by the server.
	ID string `json:"id,omitempty"`
	// The entity type.
	Kind string `json:"kind,omitempty"`
	// Programming language of the functions the image runs.
	// +dispatch:example=nodejs
	Language string `json:"language,omitempty"`
	// Name of the entity, unique for its kind within an organization.
	// +dispatch:pattern=^[A-Za-z0-9_][A-Za-z0-9_-]*$
	Name *string `json:"name"`
	// Why the entity has its status; set by the server.
	Reason []string `json:"reason"`
	// Libraries of the language that are installed into the image.
	RuntimeDependencies *RuntimeDependenciesManifest `json:"runtimeDependencies,omitempty"`
	// Desired state of the entity.
	Spec SpecManifest `json:"spec,omitempty"`
	// Current state of the entity; set by the server.
	Status Status `json:"status,omitempty"`
	// Packages of the operating system that are installed into the image.
	SystemDependencies *SystemDependenciesManifest `json:"systemDependencies,omitempty"`
	// Labels as a list of key and value; `Application` names the Application it belongs to.
	// +dispatch:reference=Application,key=Application
	Tags []*Tag `json:"tags"`
}

// FunctionManifest is code that runs on demand.
//
// +dispatch:kind=Function
// +dispatch:form=manifest
type FunctionManifest struct {
	// Source code of the function, in Base64.
	// +dispatch:reference=none
	Source string `json:"source,omitempty"`
	// Where the source code is kept: `es://<name>` names a Source.
	// +dispatch:reference=Source,prefix=es://
	SourceURL string `json:"sourceURL,omitempty"`
	// File or folder with the source code, relative to the manifest.
	// +dispatch:example=./hello.js
	SourcePath string `json:"sourcePath,omitempty"`
	// When the entity was created, in Unix seconds; set by the server.
	CreatedTime int64 `json:"createdTime,omitempty"`
	// Handle of the function in the FaaS driver; set by the server.
	FaasID string `json:"faasId,omitempty"`
	// Identifier of the entity, unique for all time; set by the server.
	ID string `json:"id,omitempty"`
	// The Image the function runs in, by name.
	// +dispatch:example=nodejs
	Image *string `json:"image"`
	// Reference of the container image built for the function.
	FunctionImageURL string `json:"functionImageURL,omitempty"`
	// The entity type.
	Kind string `json:"kind,omitempty"`
	// Entry point of the function.
	// +dispatch:example=index.handle
	Handler string `json:"handler"`
	// When the entity was last changed, in Unix seconds; set by the server.
	ModifiedTime int64 `json:"modifiedTime,omitempty"`
	// Name of the entity, unique for its kind within an organization.
	// +dispatch:pattern=^[A-Za-z0-9_][A-Za-z0-9_-]*$
	Name *string `json:"name"`
	// Why the entity has its status; set by the server.
	Reason []string `json:"reason"`
	// JSON Schemas that the input and output of the function are held against.
	Schema *FunctionSchema `json:"schema,omitempty"`
	// Secrets that are handed over, by name.
	Secrets []string `json:"secrets"`
	// ServiceInstances that are bound, by name.
	// +dispatch:reference=ServiceInstance
	Services []string `json:"services"`
	// Current state of the entity; set by the server.
	Status Status `json:"status,omitempty"`
	// Longest time a run may take, in milliseconds; 0 means no limit.
	// +dispatch:example=10000
	Timeout int64 `json:"timeout,omitempty"`
	// Labels as a list of key and value; `Application` names the Application it belongs to.
	// +dispatch:reference=Application,key=Application
	Tags []*Tag `json:"tags"`
}

// RunManifest is one run of a Function.
//
// +dispatch:kind=Run
// +dispatch:alias=FnRun
// +dispatch:form=manifest
// +dispatch:ignored
type RunManifest struct {
	// Whether the caller waits for the result.
	Blocking bool `json:"blocking,omitempty"`
	// What went wrong in the run.
	Error *InvocationError `json:"error,omitempty"`
	// The event that started the run.
	Event *CloudEvent `json:"event,omitempty"`
	// When the run started, in Unix seconds; set by the server.
	// +dispatch:readonly
	ExecutedTime int64 `json:"executedTime,omitempty"`
	// Handle of the function in the FaaS driver; set by the server.
	FaasID string `json:"faasId,omitempty"`
	// When the run ended, in Unix seconds; set by the server.
	// +dispatch:readonly
	FinishedTime int64 `json:"finishedTime,omitempty"`
	// The Function that ran, by ID; set by the server.
	// +dispatch:readonly
	FunctionID string `json:"functionId,omitempty"`
	// The Function that ran, by name.
	// +dispatch:readonly
	FunctionName string `json:"functionName,omitempty"`
	// HTTP request that started the run.
	// +dispatch:readonly
	HTTPContext map[string]interface{} `json:"httpContext,omitempty"`
	// Input of the run, any value.
	Input interface{} `json:"input,omitempty"`
	// What the run wrote to its two output streams.
	Logs *Logs `json:"logs,omitempty"`
	// Name of the run, a UUID; set by the server.
	// +dispatch:readonly
	Name string `json:"name,omitempty"`
	// Output of the run, any value.
	// +dispatch:readonly
	Output interface{} `json:"output,omitempty"`
	// Why the entity has its status; set by the server.
	Reason []string `json:"reason"`
	// Secrets that are handed over, by name.
	Secrets []string `json:"secrets"`
	// ServiceInstances that are bound, by name.
	// +dispatch:reference=ServiceInstance
	Services []string `json:"services"`
	// Current state of the entity; set by the server.
	Status Status `json:"status,omitempty"`
	// Labels as a list of key and value; `Application` names the Application it belongs to.
	// +dispatch:reference=Application,key=Application
	Tags []*Tag `json:"tags"`
}

// EventDriverManifest brings events from outside into Dispatch.
//
// +dispatch:kind=Driver
// +dispatch:alias=EventDriver
// +dispatch:form=manifest
type EventDriverManifest struct {
	// Settings of the driver.
	Config []*Config `json:"config"`
	// When the entity was created, in Unix seconds; set by the server.
	// +dispatch:readonly
	CreatedTime int64 `json:"created-time,omitempty"`
	// Identifier of the entity, unique for all time; set by the server.
	// +dispatch:readonly
	ID string `json:"id,omitempty"`
	// The entity type.
	Kind string `json:"kind,omitempty"`
	// When the entity was last changed, in Unix seconds; set by the server.
	// +dispatch:readonly
	ModifiedTime int64 `json:"modified-time,omitempty"`
	// Name of the entity, unique for its kind within an organization.
	// +dispatch:pattern=^[a-z0-9][a-z0-9-]*$
	Name *string `json:"name"`
	// Why the entity has its status; set by the server.
	Reason []string `json:"reason"`
	// Secrets that are handed over, by name.
	Secrets []string `json:"secrets"`
	// Whether the driver is reachable from outside the cluster.
	// +dispatch:readonly
	Expose bool `json:"expose,omitempty"`
	// Address the driver is reachable at.
	// +dispatch:readonly
	URL string `json:"url,omitempty"`
	// Current state of the entity; set by the server.
	// +dispatch:readonly
	Status Status `json:"status,omitempty"`
	// Labels as a list of key and value; `Application` names the Application it belongs to.
	// +dispatch:reference=Application,key=Application
	Tags []*Tag `json:"tags"`
	// The DriverType of the driver, by name.
	// +dispatch:reference=DriverType
	Type *string `json:"type"`
}

// EventDriverTypeManifest is a kind of event driver.
//
// +dispatch:kind=DriverType
// +dispatch:alias=EventDriverType
// +dispatch:form=manifest
type EventDriverTypeManifest struct {
	// Settings of the driver.
	Config []*Config `json:"config"`
	// When the entity was created, in Unix seconds; set by the server.
	// +dispatch:readonly
	CreatedTime int64 `json:"created-time,omitempty"`
	// Identifier of the entity, unique for all time; set by the server.
	// +dispatch:readonly
	ID string `json:"id,omitempty"`
	// Reference of the container image of the driver.
	// +dispatch:reference=none
	// +dispatch:example=registry.example.com/driver:1.0
	Image *string `json:"image"`
	// Whether the driver is reachable from outside the cluster.
	Expose bool `json:"expose,omitempty"`
	// The entity type.
	Kind string `json:"kind,omitempty"`
	// When the entity was last changed, in Unix seconds; set by the server.
	// +dispatch:readonly
	ModifiedTime int64 `json:"modified-time,omitempty"`
	// Name of the entity, unique for its kind within an organization.
	// +dispatch:pattern=^[A-Za-z0-9_][A-Za-z0-9_-]*$
	Name *string `json:"name"`
	// Labels as a list of key and value; `Application` names the Application it belongs to.
	// +dispatch:reference=Application,key=Application
	Tags []*Tag `json:"tags"`
}

// SubscriptionManifest calls a Function when an event of a type arrives.
//
// +dispatch:kind=Subscription
// +dispatch:form=manifest
type SubscriptionManifest struct {
	// When the entity was created, in Unix seconds; set by the server.
	// +dispatch:readonly
	CreatedTime int64 `json:"createdTime,omitempty"`
	// Type of the events, for example `ticker.tick`.
	// +dispatch:pattern=^[A-Za-z0-9_.-]+$
	// +dispatch:example=order.created
	EventType *string `json:"eventType"`
	// The Function that is called, by name.
	// +dispatch:pattern=^[A-Za-z0-9_-]+$
	Function *string `json:"function"`
	// Identifier of the entity, unique for all time; set by the server.
	// +dispatch:readonly
	ID string `json:"id,omitempty"`
	// The entity type.
	Kind string `json:"kind,omitempty"`
	// When the entity was last changed, in Unix seconds; set by the server.
	// +dispatch:readonly
	ModifiedTime int64 `json:"modifiedTime,omitempty"`
	// Name of the entity, unique for its kind within an organization.
	// +dispatch:pattern=^[A-Za-z0-9_][A-Za-z0-9_-]*$
	Name *string `json:"name"`
	// Secrets the function is handed, by name.
	Secrets []string `json:"secrets"`
	// Current state of the entity; set by the server.
	// +dispatch:readonly
	Status Status `json:"status,omitempty"`
	// Labels as a list of key and value; `Application` names the Application it belongs to.
	// +dispatch:reference=Application,key=Application
	Tags []*Tag `json:"tags"`
}

// SecretManifest holds values that functions need and nobody else may read.
//
// +dispatch:kind=Secret
// +dispatch:form=manifest
type SecretManifest struct {
	// Identifier of the entity, unique for all time; set by the server.
	// +dispatch:readonly
	ID string `json:"id,omitempty"`
	// The entity type.
	Kind string `json:"kind,omitempty"`
	// Name of the entity, unique for its kind within an organization.
	// +dispatch:pattern=^[A-Za-z0-9_][A-Za-z0-9_-]*$
	Name *string `json:"name"`
	// The secret values, by key.
	Secrets SecretValue `json:"secrets,omitempty"`
	// Labels as a list of key and value; `Application` names the Application it belongs to.
	// +dispatch:reference=Application,key=Application
	Tags []*Tag `json:"tags"`
}

// PolicyManifest allows subjects to act on resources.
//
// +dispatch:kind=Policy
// +dispatch:form=manifest
type PolicyManifest struct {
	// When the entity was created, in Unix seconds; set by the server.
	// +dispatch:readonly
	CreatedTime int64 `json:"createdTime,omitempty"`
	// Whether the policy holds for every organization.
	Global bool `json:"global,omitempty"`
	// Identifier of the entity, unique for all time; set by the server.
	ID string `json:"id,omitempty"`
	// The entity type.
	Kind string `json:"kind,omitempty"`
	// When the entity was last changed, in Unix seconds; set by the server.
	// +dispatch:readonly
	ModifiedTime int64 `json:"modifiedTime,omitempty"`
	// Name of the entity, unique for its kind within an organization.
	// +dispatch:pattern=^[A-Za-z0-9_][A-Za-z0-9_-]*$
	Name *string `json:"name"`
	// Rules of the policy.
	Rules []*RuleManifest `json:"rules"`
	// Current state of the entity; set by the server.
	// +dispatch:readonly
	Status Status `json:"status,omitempty"`
}

// RuleManifest is one permission of a Policy.
//
// +dispatch:kind=Rule
// +dispatch:form=manifest
// +dispatch:ignored
type RuleManifest struct {
	// Actions that are allowed, `*` for every one.
	Actions []string `json:"actions"`
	// Resources the actions are allowed on, `*` for every one.
	Resources []string `json:"resources"`
	// Who may act: account names or e-mail addresses.
	Subjects []string `json:"subjects"`
}

// ServiceAccountManifest is an account for programs.
//
// +dispatch:kind=ServiceAccount
// +dispatch:form=manifest
type ServiceAccountManifest struct {
	// When the entity was created, in Unix seconds; set by the server.
	// +dispatch:readonly
	CreatedTime int64 `json:"createdTime,omitempty"`
	// Domain of the account.
	// +dispatch:pattern=^[A-Za-z0-9_.-]+$
	Domain string `json:"domain,omitempty"`
	// Identifier of the entity, unique for all time; set by the server.
	ID string `json:"id,omitempty"`
	// The entity type.
	Kind string `json:"kind,omitempty"`
	// When the entity was last changed, in Unix seconds; set by the server.
	// +dispatch:readonly
	ModifiedTime int64 `json:"modifiedTime,omitempty"`
	// Name of the entity, unique for its kind within an organization.
	// +dispatch:pattern=^[A-Za-z0-9_.-]+$
	Name *string `json:"name"`
	// Public key that verifies the tokens of the account, in Base64.
	PublicKey *string `json:"publicKey"`
	// Current state of the entity; set by the server.
	// +dispatch:readonly
	Status Status `json:"status,omitempty"`
}

// OrganizationManifest owns entities.
//
// +dispatch:kind=Organization
// +dispatch:form=manifest
type OrganizationManifest struct {
	// When the entity was created, in Unix seconds; set by the server.
	// +dispatch:readonly
	CreatedTime int64 `json:"createdTime,omitempty"`
	// Identifier of the entity, unique for all time; set by the server.
	ID string `json:"id,omitempty"`
	// The entity type.
	Kind string `json:"kind,omitempty"`
	// When the entity was last changed, in Unix seconds; set by the server.
	// +dispatch:readonly
	ModifiedTime int64 `json:"modifiedTime,omitempty"`
	// Name of the entity, unique for its kind within an organization.
	// +dispatch:pattern=^[A-Za-z0-9_-]+$
	Name *string `json:"name"`
	// Current state of the entity; set by the server.
	// +dispatch:readonly
	Status Status `json:"status,omitempty"`
}

// ServiceClassManifest is a service that a broker offers.
//
// +dispatch:kind=ServiceClass
// +dispatch:form=manifest
// +dispatch:ignored
type ServiceClassManifest struct {
	// Whether instances can be bound to functions.
	Bindable bool `json:"bindable,omitempty"`
	// The Broker that offers the service, by name.
	Broker *string `json:"broker"`
	// When the entity was created, in Unix seconds; set by the server.
	CreatedTime int64 `json:"createdTime,omitempty"`
	// What it is, in words.
	Description string `json:"description,omitempty"`
	// Identifier of the entity, unique for all time; set by the server.
	ID string `json:"id,omitempty"`
	// The entity type.
	Kind string `json:"kind,omitempty"`
	// Name of the entity, unique for its kind within an organization.
	// +dispatch:pattern=^[A-Za-z0-9_-]+$
	Name *string `json:"name"`
	// Plans the service is offered in.
	Plans []*ServicePlanManifest `json:"plans"`
	// Why the entity has its status; set by the server.
	Reason []string `json:"reason"`
	// Current state of the entity; set by the server.
	Status Status `json:"status,omitempty"`
	// Labels as a list of key and value; `Application` names the Application it belongs to.
	// +dispatch:reference=Application,key=Application
	Tags []*Tag `json:"tags"`
}

// ServicePlanManifest is a variant in which a service is offered.
//
// +dispatch:kind=ServicePlan
// +dispatch:form=manifest
// +dispatch:ignored
type ServicePlanManifest struct {
	// Whether instances can be bound to functions.
	Bindable bool `json:"bindable,omitempty"`
	// What it is, in words.
	Description string `json:"description,omitempty"`
	// Whether the plan costs nothing.
	Free bool `json:"free,omitempty"`
	// Identifier of the entity, unique for all time; set by the server.
	ID string `json:"id,omitempty"`
	// The entity type.
	Kind string `json:"kind,omitempty"`
	// Further data of the plan, any value.
	Metadata interface{} `json:"metadata,omitempty"`
	// Name of the entity, unique for its kind within an organization.
	// +dispatch:pattern=^[A-Za-z0-9_-]+$
	Name string `json:"name,omitempty"`
	// JSON Schemas of the parameters the plan takes.
	Schema *ServicePlanSchema `json:"schema,omitempty"`
}

// ServiceInstanceManifest is a service that was provisioned.
//
// +dispatch:kind=ServiceInstance
// +dispatch:form=manifest
type ServiceInstanceManifest struct {
	// The binding of the instance.
	Binding *ServiceBindingManifest `json:"binding,omitempty"`
	// When the entity was created, in Unix seconds; set by the server.
	CreatedTime int64 `json:"createdTime,omitempty"`
	// Identifier of the entity, unique for all time; set by the server.
	ID string `json:"id,omitempty"`
	// The entity type.
	Kind string `json:"kind,omitempty"`
	// Name of the entity, unique for its kind within an organization.
	// +dispatch:pattern=^[A-Za-z0-9_][A-Za-z0-9_-]*$
	Name *string `json:"name"`
	// Parameters handed to the broker, any value.
	Parameters interface{} `json:"parameters,omitempty"`
	// Why the entity has its status; set by the server.
	Reason []string `json:"reason"`
	// Secrets that hold further parameters, by name.
	// +dispatch:reference=Secret
	SecretParameters []string `json:"secretParameters"`
	// The ServiceClass of the instance, by name.
	// +dispatch:pattern=^[A-Za-z0-9_-]+$
	ServiceClass *string `json:"serviceClass"`
	// The ServicePlan of the class, by name.
	// +dispatch:pattern=^[A-Za-z0-9_-]+$
	ServicePlan *string `json:"servicePlan"`
	// Current state of the entity; set by the server.
	Status Status `json:"status,omitempty"`
	// Labels as a list of key and value; `Application` names the Application it belongs to.
	// +dispatch:reference=Application,key=Application
	Tags []*Tag `json:"tags"`
}

// ServiceBindingManifest connects a ServiceInstance to functions.
//
// +dispatch:kind=ServiceBinding
// +dispatch:form=manifest
// +dispatch:ignored
type ServiceBindingManifest struct {
	// The Kubernetes secret that holds the credentials.
	BindingSecret string `json:"bindingSecret,omitempty"`
	// When the entity was created, in Unix seconds; set by the server.
	CreatedTime int64 `json:"createdTime,omitempty"`
	// Parameters handed to the broker, any value.
	Parameters interface{} `json:"parameters,omitempty"`
	// Why the entity has its status; set by the server.
	Reason []string `json:"reason"`
	// Secrets that hold further parameters, by name.
	// +dispatch:reference=Secret
	SecretParameters []string `json:"secretParameters"`
	// Current state of the entity; set by the server.
	Status Status `json:"status,omitempty"`
}

// EmissionManifest is an event handed to Dispatch.
//
// +dispatch:kind=Emission
// +dispatch:form=manifest
// +dispatch:nested
type EmissionManifest struct {
	CloudEvent
	// When the event was emitted, in Unix seconds; set by the server.
	// +dispatch:readonly
	EmittedTime int64 `json:"emitted-time,omitempty"`
	// Identifier of the emission; set by the server.
	// +dispatch:readonly
	ID string `json:"id,omitempty"`
	// Labels as a list of key and value; `Application` names the Application it belongs to.
	// +dispatch:reference=Application,key=Application
	Tags []*Tag `json:"tags,omitempty"`
}

// CloudEvent is an event as the CloudEvents specification 0.1 has it.
//
// +dispatch:kind=CloudEvent
// +dispatch:form=manifest
// +dispatch:nested
// +dispatch:standard=CloudEvents
type CloudEvent struct {
	// Type of the events, for example `ticker.tick`.
	// +dispatch:pattern=^[A-Za-z0-9_.-]+$
	EventType string `json:"eventType"`
	// Version of the event type.
	EventTypeVersion string `json:"eventTypeVersion,omitempty"`
	// Version of the CloudEvents specification, `0.1`.
	CloudEventsVersion string `json:"cloudEventsVersion"`
	// Where the event comes from.
	// +dispatch:reference=none
	Source string `json:"source"`
	// Identifier of the event, unique for its source.
	EventID string `json:"eventID"`
	// When the event happened.
	EventTime string `json:"eventTime,omitempty"`
	// Address of the schema of the data.
	SchemaURL string `json:"schemaURL,omitempty"`
	// Media type of the data.
	ContentType string `json:"contentType,omitempty"`
	// Further attributes of the event.
	Extensions map[string]interface{} `json:"extensions,omitempty"`
	// Payload of the event, any value.
	Data interface{} `json:"data,omitempty"`
}
