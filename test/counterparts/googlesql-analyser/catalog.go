package main

import (
	"fmt"
	"strings"

	g "github.com/goccy/go-googlesql"
)

// newCatalog holds the built-in functions and types, and those of BigQuery ML.
func (a *analyser) newCatalog() (*g.SimpleCatalog, error) {
	c, err := g.NewSimpleCatalog("bigquery", a.types)
	if err != nil {
		return nil, err
	}
	if err := c.AddBuiltinFunctionsAndTypes(&g.BuiltinFunctionOptions{LanguageOptions: a.language}); err != nil {
		return nil, err
	}
	return c, a.addMLFunctions(c)
}

func (a *analyser) catalogOf(q *request) (*g.SimpleCatalog, error) {
	if len(q.Tables) == 0 && len(q.Functions) == 0 {
		return a.builtins, nil
	}
	catalog, err := a.newCatalog()
	if err != nil {
		return nil, err
	}
	for name, table := range q.Tables {
		if err := a.addTable(catalog, name, table.Columns); err != nil {
			return nil, err
		}
	}
	for _, sql := range q.Functions {
		if err := a.addFunction(catalog, sql); err != nil {
			return nil, err
		}
	}
	return catalog, nil
}

// addTable adds a table under its whole name: `p.d.t`, back-quoted as one.
func (a *analyser) addTable(catalog *g.SimpleCatalog, name string, columns [][2]string) error {
	table, err := g.NewSimpleTable(name, 0)
	if err != nil {
		return err
	}
	for _, c := range columns {
		kind, err := a.readType(c[1])
		if err != nil {
			return err
		}
		column, err := g.NewSimpleColumn(name, c[0], kind, false, true)
		if err != nil {
			return err
		}
		if err := table.AddColumn2(column, false); err != nil {
			return err
		}
	}
	return catalog.AddTable2(name, table)
}

// addFunction analyses a CREATE FUNCTION statement and makes the function known, with the signature found there.
func (a *analyser) addFunction(catalog *g.SimpleCatalog, sql string) error {
	statement, err := a.statement(sql, catalog)
	if err != nil {
		return err
	}
	create, ok := statement.(*g.ResolvedCreateFunctionStmt)
	if !ok {
		return fmt.Errorf("functions take CREATE FUNCTION statements, not %T", statement)
	}
	path, err := create.NamePath()
	if err != nil {
		return err
	}
	signature, err := create.Signature()
	if err != nil {
		return err
	}
	name := strings.Join(path, ".")
	function, err := g.NewFunction4(name, "user", g.FunctionEnums_ModeScalar, []*g.FunctionSignature{signature})
	if err != nil {
		return err
	}
	return catalog.AddFunction2(name, function)
}

// readType reads a scalar type, an array of scalars, or a struct of one field, under its GoogleSQL name.
func (a *analyser) readType(text string) (g.Googlesql_TypeNode, error) {
	if field, ok := strings.CutPrefix(text, "STRUCT<"); ok {
		name, of, _ := strings.Cut(strings.TrimSuffix(field, ">"), " ")
		kind, err := a.readType(of)
		if err != nil {
			return nil, err
		}
		return a.types.MakeStructType2([]*g.StructField{{Name: name, Type_: kind}})
	}
	if element, ok := strings.CutPrefix(text, "ARRAY<"); ok {
		kind, err := a.readType(strings.TrimSuffix(element, ">"))
		if err != nil {
			return nil, err
		}
		return a.types.MakeArrayType2(kind)
	}
	switch text {
	case "BOOL":
		return a.types.GetBool()
	case "INT64":
		return a.types.GetInt64()
	case "FLOAT64":
		return a.types.GetDouble()
	case "STRING":
		return a.types.GetString()
	case "BYTES":
		return a.types.GetBytes()
	case "TIMESTAMP":
		return a.types.GetTimestamp()
	case "DATE":
		return a.types.GetDate()
	}
	return nil, fmt.Errorf("type %q is none of the analyser's", text)
}
