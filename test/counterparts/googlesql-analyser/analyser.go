package main

import (
	"fmt"
	"strings"

	g "github.com/goccy/go-googlesql"
)

// analysisError is the analyser's own verdict on a statement; every other error is about the request.
type analysisError struct{ error }

type analyser struct {
	language *g.LanguageOptions
	types    *g.TypeFactory
	// builtins is the catalogue of a request without tables and functions; any other gets one of its own.
	builtins *g.SimpleCatalog
}

func newAnalyser() (*analyser, error) {
	if err := g.Init(); err != nil {
		return nil, err
	}
	language, err := languageOptions()
	if err != nil {
		return nil, err
	}
	types, err := g.NewTypeFactory()
	if err != nil {
		return nil, err
	}
	a := &analyser{language: language, types: types}
	a.builtins, err = a.newCatalog()
	return a, err
}

// languageOptions are BigQuery's: external types, QUALIFY reserved, timestamps of microseconds.
func languageOptions() (*g.LanguageOptions, error) {
	o, err := g.NewLanguageOptions()
	if err != nil {
		return nil, err
	}
	for _, set := range []func() error{
		o.EnableMaximumLanguageFeatures,
		o.SetSupportsAllStatementKinds,
		func() error { return o.SetProductMode(g.ProductModeProductExternal) },
		func() error { return o.EnableReservableKeyword("QUALIFY", true) },
		func() error { return o.DisableLanguageFeature(g.LanguageFeatureFeatureTimestampNanos) },
		func() error { return o.DisableLanguageFeature(g.LanguageFeatureFeatureTimestampPicos) },
	} {
		if err := set(); err != nil {
			return nil, err
		}
	}
	return o, nil
}

func (a *analyser) analyse(q *request, out *answer) error {
	catalog, err := a.catalogOf(q)
	if err != nil {
		return err
	}
	statement, err := a.statement(q.SQL, catalog)
	if err != nil {
		return err
	}
	out.Kind = strings.TrimPrefix(fmt.Sprintf("%T", statement), "*googlesql.")
	if query, ok := statement.(*g.ResolvedQueryStmt); ok {
		out.Columns, err = columnsOf(query)
	}
	return err
}

func (a *analyser) statement(sql string, catalog *g.SimpleCatalog) (g.ResolvedStatementNode, error) {
	options, err := g.NewAnalyzerOptions2()
	if err != nil {
		return nil, err
	}
	if err := options.SetLanguage(a.language); err != nil {
		return nil, err
	}
	result, err := g.AnalyzeStatement(sql, options, catalog, a.types)
	if err != nil {
		return nil, analysisError{err}
	}
	return result.ResolvedStatement()
}

func columnsOf(query *g.ResolvedQueryStmt) ([][2]string, error) {
	list, err := query.OutputColumnList()
	if err != nil {
		return nil, err
	}
	columns := make([][2]string, 0, len(list))
	for _, output := range list {
		name, err := output.Name()
		if err != nil {
			return nil, err
		}
		column, err := output.Column()
		if err != nil {
			return nil, err
		}
		kind, err := column.Type()
		if err != nil {
			return nil, err
		}
		named, ok := kind.(interface {
			TypeName(g.ProductMode) (string, error)
		})
		if !ok {
			return nil, fmt.Errorf("column %s: a type without a name (%T)", name, kind)
		}
		text, err := named.TypeName(g.ProductModeProductExternal)
		if err != nil {
			return nil, err
		}
		columns = append(columns, [2]string{name, text})
	}
	return columns, nil
}
