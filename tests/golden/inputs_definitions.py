"""Definitions in Go and OpenAPI, with a fault for each rule about them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.golden.writing import write

BASE = """package shop

import "time"

// BaseEntity has what all entities share.
type BaseEntity struct {
	ID             string            `json:"id"`
	Name           string            `json:"name"`
	OrganizationID string            `json:"organizationId"`
	CreatedTime    time.Time         `json:"createdTime,omitempty"`
	ModifiedTime   time.Time         `json:"modifiedTime,omitempty"`
	Revision       uint64            `json:"revision"`
	Version        uint64            `json:"version"`
	Spec           map[string]string `json:"state"`
	Status         Status            `json:"status"`
	Reason         []string          `json:"reason"`
	Tags           map[string]string `json:"tags"`
	Delete         bool              `json:"delete"`
}

type Status string

const (
	StatusREADY Status = "READY"
	StatusOdd   Status = "odd-status"
)
"""
WIDGET = """package shop

import "fmt"

type Level string

const (
	High Level = "HIGH"
	Low  Level = `LOW`
)

type Inner struct {
	X     int    `json:"x"`
	Y_Z   string `json:"y_z"`
	Image string `json:"image"`
}

// Widget is a thing.
type Widget struct {
	BaseEntity
	ImageName    string            `json:"imageName"`
	SecretIDs    []string          `json:"secretIDs"`
	PlanId       string            `json:"planId"`
	URL          string            `json:"Url"`
	NoTag        string
	Mismatch     string            `json:"other"`
	Broken       string            `json:broken`
	Level        Level             `json:"level"`
	Inner        Inner             `json:"inner"`
	Status       string            `json:"status"`
	Functions    string            `json:"functions"`
	Secret       []string          `json:"secret"`
	FunctionObj  *Function         `json:"function"`
	Any          interface{}       `json:"any"`
	Map          map[string][]Inner `json:"map,omitempty"`
	hidden       int
	Skipped      string            `json:"-"`
	// +dispatch:reference=Secret,by=id
	Owner string `json:"owner"`
	// +dispatch:enum=a,b
	Choice string `json:"choice"`
}

type Function struct {
	BaseEntity
	Image string `json:"image"`
}

type Gadget_Type struct {
	Base BaseEntity
	A    string `json:"a"`
}

type Tagged struct {
	BaseEntity `json:"base"`
}

// swagger:model Widget
type WidgetModel struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	PlanID string `json:"planID"`
	Level  int    `json:"level"`
}

func buildKey(dt string, orgID, name string) string {
	return fmt.Sprintf("%s/%s/%s", dt, orgID, name)
}
"""
BEFORE = """package shop

type Widget struct {
	BaseEntity
	Colour string `json:"colour"`
	Size   int    `json:"size,omitempty"`
	Gone   string `json:"gone"`
	// +dispatch:enum=a,b,c
	Choice string `json:"choice"`
}

type Gadget struct {
	BaseEntity
	A string `json:"a"`
}
"""
AFTER = """package shop

type Widget struct {
	BaseEntity
	Color  string   `json:"color"`
	Size   string   `json:"size"`
	New    []string `json:"new,omitempty"`
	Needed string   `json:"needed"`
	// +dispatch:enum=a,b
	Choice string `json:"choice"`
}
"""
OPENAPI: dict[str, Any] = {
    "openapi": "3.0.0", "info": {"title": "shop", "version": "2"}, "paths": {},
    "components": {"schemas": {
        "Widget": {
            "type": "object", "required": ["name", "kind"],
            "properties": {
                "kind": {"type": "string", "enum": ["Widget"]}, "name": {"type": "string"},
                "secretName": {"type": "string"}, "image_id": {"type": "string"},
                "planID": {"type": "string", "format": "uuid"}, "secrets": {"type": "string"},
                "base": {"$ref": "#/components/schemas/Base"}, "status": {"$ref": "#/components/schemas/Status"},
                "tags": {"type": "array", "items": {"type": "object", "properties": {"Key": {"type": "string"}}}},
                "lost": {"$ref": "#/components/schemas/Nowhere"}, "URL": {"type": "string", "readOnly": True},
            },
        },
        "Base": {"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": {"type": "string"}},
        "Status": {"type": "string", "enum": ["READY", "ready"]},
        "Function": {"allOf": [{"$ref": "#/components/schemas/Widget"},
                               {"type": "object", "properties": {"image": {"type": "integer"}}}]},
    }},
}  # fmt: skip
SWAGGER_YAML = """swagger: '2.0'
info: {title: shop, version: '2'}
paths: {}
definitions:
  Gadget:
    type: object
    required: [name, kind]
    properties:
      kind: {type: string}
      name: {type: string, pattern: '^[a-z]+$'}
      widgetName: {type: string}   # a foreign key
      created_at: {type: string, format: date-time}
      widgets: {type: array, items: {type: string}}
      self: {$ref: '#/definitions/Gadget'}
  Secret:
    allOf:
      - $ref: '#/definitions/Gadget'
      - type: object
        properties:
          secrets: {type: array, items: {type: string}}
"""
MANIFESTS = """kind: Widget
name: a
imageName: nodejs
level: HIGHER
inner: {x: one, y_z: b}
choice: c
---
kind: Widget
name: b c
planID: 1
---
kind: Gadget
name: g
unknown: 1
"""


def write_definitions(folder: Path) -> None:
    """Write the folder `definitions`: Go, OpenAPI, manifests, two states, and foreign packages."""
    target = folder / "definitions"
    write(target, {
        "go/base.go": BASE, "go/widget.go": WIDGET, "go/widget_test.go": WIDGET,
        "go/broken.go": "package shop\n\ntype Broken struct {\n\tBaseEntity\n\tA string `json:\"a\n",
        "go/vendor/v/v.go": WIDGET.replace("shop", "v"),
        "packages/go.mod": "module example.com/shop\n\ngo 1.20\n",
        "packages/base/base.go": BASE.replace("package shop", "package base"),
        "packages/widgets/widget.go": "package widgets\n\nimport b \"example.com/shop/base\"\n\n"
        "type Widget struct {\n\tb.BaseEntity\n\tSecretId string `json:\"secretId\"`\n}\n",
        "openapi/widget.json": json.dumps(OPENAPI, indent=2), "openapi/gadget.yaml": SWAGGER_YAML,
        "openapi/broken.yaml": "openapi: 3.0.0\ncomponents:\n  schemas: [a\n",
        "manifests/a.yaml": MANIFESTS, "before/shop.go": BEFORE, "after/shop.go": AFTER,
    })  # fmt: skip
