package main

import (
	g "github.com/goccy/go-googlesql"
)

// mlFunction is a preprocessing function of BigQuery ML as its documentation declares it. Types are those of readType, and
// NUMBER (FLOAT64, which an INT64 becomes), STRUCT (any) and INDEXED (ARRAY<STRUCT<INT64, FLOAT64>>).
// Source: BigQuery ML, "Manual feature preprocessing".
type mlFunction struct {
	name     string
	analytic bool
	result   string
	required []string
	optional []string
}

var mlFunctions = []mlFunction{
	{"BUCKETIZE", false, "STRING", []string{"NUMBER", "ARRAY<FLOAT64>"}, []string{"BOOL", "STRING"}},
	{"QUANTILE_BUCKETIZE", true, "STRING", []string{"NUMBER", "INT64"}, []string{"STRING"}},
	{"HASH_BUCKETIZE", false, "INT64", []string{"STRING", "INT64"}, nil},
	{"MIN_MAX_SCALER", true, "FLOAT64", []string{"NUMBER"}, nil},
	{"MAX_ABS_SCALER", true, "FLOAT64", []string{"NUMBER"}, nil},
	{"STANDARD_SCALER", true, "FLOAT64", []string{"NUMBER"}, nil},
	{"ROBUST_SCALER", true, "FLOAT64", []string{"NUMBER"}, []string{"ARRAY<INT64>", "BOOL", "BOOL"}},
	{"NORMALIZER", false, "ARRAY<FLOAT64>", []string{"ARRAY<FLOAT64>"}, []string{"FLOAT64"}},
	{"IMPUTER", true, "FLOAT64", []string{"NUMBER", "STRING"}, nil},
	{"IMPUTER", true, "STRING", []string{"STRING", "STRING"}, nil},
	{"ONE_HOT_ENCODER", true, "INDEXED", []string{"STRING"}, []string{"STRING", "INT64", "INT64"}},
	{"LABEL_ENCODER", true, "INT64", []string{"STRING"}, []string{"INT64", "INT64"}},
	{"MULTI_HOT_ENCODER", true, "INDEXED", []string{"ARRAY<STRING>"}, []string{"INT64", "INT64"}},
	{"FEATURE_CROSS", false, "STRUCT", []string{"STRUCT"}, []string{"INT64"}},
	{"POLYNOMIAL_EXPAND", false, "STRUCT", []string{"STRUCT"}, []string{"INT64"}},
	{"NGRAMS", false, "ARRAY<STRING>", []string{"ARRAY<STRING>", "ARRAY<INT64>"}, []string{"STRING"}},
	{"BAG_OF_WORDS", true, "INDEXED", []string{"ARRAY<STRING>"}, []string{"INT64", "INT64"}},
	{"TF_IDF", true, "INDEXED", []string{"ARRAY<STRING>"}, []string{"INT64", "INT64"}},
}

// addMLFunctions makes BigQuery ML's functions known as ML.NAME: the analyser's own catalogue lacks them.
func (a *analyser) addMLFunctions(catalog *g.SimpleCatalog) error {
	ml, err := catalog.MakeOwnedSimpleCatalog("ML")
	if err != nil {
		return err
	}
	for from := 0; from < len(mlFunctions); {
		declared := mlFunctions[from]
		var signatures []*g.FunctionSignature
		for ; from < len(mlFunctions) && mlFunctions[from].name == declared.name; from++ {
			if signatures, err = a.appendSignatures(signatures, mlFunctions[from]); err != nil {
				return err
			}
		}
		if err := addMLFunction(ml, declared, signatures); err != nil {
			return err
		}
	}
	return nil
}

func addMLFunction(ml *g.SimpleCatalog, declared mlFunction, signatures []*g.FunctionSignature) error {
	mode := g.FunctionEnums_ModeScalar
	if declared.analytic {
		mode = g.FunctionEnums_ModeAnalytic
	}
	function, err := g.NewFunction([]string{"ML", declared.name}, "bigquery_ml", mode, signatures, &g.FunctionOptions{
		SupportsOverClause:    declared.analytic,
		ArgumentsAreCoercible: true,
		AllowExternalUsage:    true,
	})
	if err != nil {
		return err
	}
	return ml.AddFunction2(declared.name, function)
}

// appendSignatures adds one signature for each number of optional arguments.
func (a *analyser) appendSignatures(to []*g.FunctionSignature, declared mlFunction) ([]*g.FunctionSignature, error) {
	result, err := a.mlArgument(declared.result)
	if err != nil {
		return nil, err
	}
	var arguments []*g.FunctionArgumentType
	for at, text := range append(append([]string{}, declared.required...), declared.optional...) {
		argument, err := a.mlArgument(text)
		if err != nil {
			return nil, err
		}
		arguments = append(arguments, argument)
		if at+1 < len(declared.required) {
			continue
		}
		signature, err := g.NewFunctionSignature3(result, append([]*g.FunctionArgumentType{}, arguments...), int64(len(to)))
		if err != nil {
			return nil, err
		}
		to = append(to, signature)
	}
	return to, nil
}

// anyTimes is GoogleSQL's number of occurrences of an argument that no call has fixed yet.
const anyTimes = -1

func (a *analyser) mlArgument(text string) (*g.FunctionArgumentType, error) {
	switch text {
	case "STRUCT":
		return g.NewFunctionArgumentType4(g.SignatureArgumentKindArgStructAny, anyTimes)
	case "NUMBER":
		text = "FLOAT64"
	case "INDEXED":
		return a.indexedArgument()
	}
	kind, err := a.readType(text)
	if err != nil {
		return nil, err
	}
	return g.NewFunctionArgumentType3(kind, anyTimes)
}

func (a *analyser) indexedArgument() (*g.FunctionArgumentType, error) {
	index, err := a.types.GetInt64()
	if err != nil {
		return nil, err
	}
	value, err := a.types.GetDouble()
	if err != nil {
		return nil, err
	}
	item, err := a.types.MakeStructType2([]*g.StructField{{Name: "index", Type_: index}, {Name: "value", Type_: value}})
	if err != nil {
		return nil, err
	}
	list, err := a.types.MakeArrayType2(item)
	if err != nil {
		return nil, err
	}
	return g.NewFunctionArgumentType3(list, anyTimes)
}
