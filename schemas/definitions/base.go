// Package definitions declares every entity type of Dispatch. The JSON Schemas
// beside it are generated from these files: change a definition, then run
// `dispatch-lint schema generate`.
//
// Comments that begin with +dispatch say what Go cannot:
//
//	+dispatch:kind=Secret         the kind, where the type has another name
//	+dispatch:alias=SecretEntity  another name of the kind
//	+dispatch:form=manifest       the form; stored where nothing is said
//	+dispatch:reference=Secret    the field names an entity of that kind;
//	                              none: it does not, although named like it;
//	                              ,by=id: it holds the ID; ,prefix=es://: the
//	                              name stands behind this prefix; ,key=K: only
//	                              the entry K of the map or list of tags does
//	+dispatch:nested              only a value inside another entity
//	+dispatch:ignored             `dispatch create -f` skips the kind
//	+dispatch:pattern=^a+$        the text of the field, or of each element, matches
//	+dispatch:enum=a,b            the field, or each element, holds one of these
//	+dispatch:example=["GET"]     a value, for editors; several may stand
//	+dispatch:readonly            set by the server
//	+dispatch:standard=NAME       the names follow another standard
package definitions

import "time"

// BaseEntity has the fields that all entities share.
type BaseEntity struct {
	// Identifier of the entity, unique for all time.
	ID string `json:"id"`
	// Name of the entity, unique for its kind within an organization.
	Name string `json:"name"`
	// The organization the entity belongs to, by name.
	OrganizationID string `json:"organizationId"`
	// When the entity was created.
	CreatedTime time.Time `json:"createdTime,omitempty"`
	// When the entity was last changed.
	ModifiedTime time.Time `json:"modifiedTime,omitempty"`
	// Counts the changes of the entity.
	Revision uint64 `json:"revision"`
	// Version of the entity; Dispatch leaves it at 0.
	Version uint64 `json:"version"`
	// Desired state of the entity.
	Spec Spec `json:"state"`
	// Current state of the entity.
	Status Status `json:"status"`
	// Why the entity has its status.
	Reason Reason `json:"reason"`
	// Labels of the entity; `Application` names the Application it belongs to.
	// +dispatch:reference=Application,key=Application
	Tags Tags `json:"tags"`
	// Whether the entity is to be deleted.
	Delete bool `json:"delete"`
}

// Spec is the desired state of an entity, by key.
type Spec map[string]string

// Reason says why an entity has its status.
type Reason []string

// Tags are the labels of an entity, by key.
type Tags map[string]string

// Status is the current state of an entity.
type Status string

const (
	// StatusINITIALIZED is the initial state.
	StatusINITIALIZED Status = "INITIALIZED"
	// StatusCREATING: being created, not yet to be used.
	StatusCREATING Status = "CREATING"
	// StatusREADY: ready to be used.
	StatusREADY Status = "READY"
	// StatusUPDATING: changes are on their way to the driver; READY comes next.
	StatusUPDATING Status = "UPDATING"
	// StatusDELETING: being deleted; its name is not free yet.
	StatusDELETING Status = "DELETING"
	// StatusDELETED: reserved by the guide for later use.
	StatusDELETED Status = "DELETED"
	// StatusERROR: not to be used until it is READY again or deleted.
	StatusERROR Status = "ERROR"
	// StatusMISSING: an external resource cannot be found, for the time being.
	StatusMISSING Status = "MISSING"
)

// EntityManifest has the fields that the manifests of all kinds share.
//
// +dispatch:kind=BaseEntity
// +dispatch:form=manifest
type EntityManifest struct {
	// The entity type.
	Kind string `json:"kind"`
	// Name of the entity, unique for its kind within an organization.
	Name *string `json:"name"`
	// Identifier of the entity, unique for all time; set by the server.
	ID string `json:"id,omitempty"`
	// Current state of the entity; set by the server.
	Status Status `json:"status,omitempty"`
	// Why the entity has its status; set by the server.
	Reason []string `json:"reason"`
	// When the entity was created, in Unix seconds; set by the server.
	CreatedTime int64 `json:"createdTime,omitempty"`
	// When the entity was last changed, in Unix seconds; set by the server.
	ModifiedTime int64 `json:"modifiedTime,omitempty"`
	// Labels as a list of key and value; `Application` names the Application it belongs to.
	// +dispatch:reference=Application,key=Application
	Tags []*Tag `json:"tags"`
}
