// googlesql-analyser checks statements in BigQuery's dialect with the real GoogleSQL analyser: it parses, resolves
// names and types, and runs nothing. JSON lines in, JSON lines out, one answer a line, in order:
//
//	{"id":1,"tables":{"p.d.t":{"columns":[["id","INT64"]]}},"sql":"SELECT id FROM `p.d.t`"}
//	{"id":1,"kind":"ResolvedQueryStmt","columns":[["id","INT64"]]}
//	{"id":2,"functions":["CREATE TEMP FUNCTION f(x STRING) RETURNS STRING LANGUAGE js AS \"return x\""],"sql":"SELECT f(1)"}
//	{"id":2,"error":"No matching signature for function f [at 1:8]","code":"INVALID_ARGUMENT"}
//
// Statements of every kind are read, but not scripts of several: functions that a statement calls stand beside it.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
)

type request struct {
	ID     json.RawMessage `json:"id"`
	Tables map[string]struct {
		Columns [][2]string `json:"columns"`
	} `json:"tables"`
	// Functions are CREATE FUNCTION statements, analysed before the statement and known to it.
	Functions []string `json:"functions"`
	SQL       string   `json:"sql"`
}

type answer struct {
	ID      json.RawMessage `json:"id,omitempty"`
	Kind    string          `json:"kind,omitempty"`
	Columns [][2]string     `json:"columns,omitempty"`
	Error   string          `json:"error,omitempty"`
	// Code is INVALID_ARGUMENT where the statement is wrong, BAD_REQUEST where the line is.
	Code string `json:"code,omitempty"`
}

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "googlesql-analyser:", err)
		os.Exit(2)
	}
}

func serve() error {
	a, err := newAnalyser()
	if err != nil {
		return err
	}
	in := bufio.NewReader(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for {
		line, err := in.ReadBytes('\n')
		if len(strings.TrimSpace(string(line))) > 0 {
			if err := out.Encode(a.respond(line)); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (a *analyser) respond(line []byte) answer {
	var q request
	var out answer
	err := json.Unmarshal(line, &q)
	if err == nil {
		err = a.analyse(&q, &out)
	}
	if err != nil {
		out = failure(err)
	}
	out.ID = q.ID
	return out
}

var status = regexp.MustCompile(`(?s)^(?:.*?: )?(INVALID_ARGUMENT|OUT_OF_RANGE|NOT_FOUND|UNIMPLEMENTED|INTERNAL|RESOURCE_EXHAUSTED): (.*)$`)

func failure(err error) answer {
	var verdict analysisError
	if !errors.As(err, &verdict) {
		return answer{Error: err.Error(), Code: "BAD_REQUEST"}
	}
	if m := status.FindStringSubmatch(err.Error()); m != nil {
		return answer{Error: m[2], Code: m[1]}
	}
	return answer{Error: err.Error(), Code: "INVALID_ARGUMENT"}
}
