// Generate generates Go code from the protos in a folder, with Go alone: protocompile takes the place of protoc, and
// google/rpc comes from its published Go package.
//
//	go run ./generate ../../proto aether/v1
//
// generates aether/v1 here from ../../proto/aether/v1.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/protoutil"
	_ "google.golang.org/genproto/googleapis/rpc/status" // registers google/rpc/status.proto
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: generate PROTO_FOLDER PACKAGE_FOLDER")
	}
	if err := generate(os.Args[1], os.Args[2]); err != nil {
		log.Fatal("generate: ", err)
	}
}

func generate(protoFolder, packageFolder string) error {
	files, err := fs.Glob(os.DirFS(protoFolder), path.Join(packageFolder, "*.proto"))
	if err != nil {
		return err
	}
	descriptors, err := compile(protoFolder, files)
	if err != nil {
		return err
	}
	request := &pluginpb.CodeGeneratorRequest{
		FileToGenerate: files,
		// In the protos' folders, not in those of their go_package: here that is a package of this module.
		Parameter: proto.String("paths=source_relative"),
		ProtoFile: descriptors,
	}
	return errors.Join(run("protoc-gen-go", request), run("protoc-gen-go-grpc", request))
}

// compile returns the files and all that they import, each after what it imports.
func compile(protoFolder string, files []string) ([]*descriptorpb.FileDescriptorProto, error) {
	compiler := protocompile.Compiler{
		Resolver: protocompile.CompositeResolver{
			&protocompile.SourceResolver{ImportPaths: []string{protoFolder}},
			protocompile.ResolverFunc(func(file string) (protocompile.SearchResult, error) {
				known, err := protoregistry.GlobalFiles.FindFileByPath(file)
				return protocompile.SearchResult{Desc: known}, err
			}),
		},
		SourceInfoMode: protocompile.SourceInfoStandard, // the contract's comments
	}
	compiled, err := compiler.Compile(context.Background(), files...)
	if err != nil {
		return nil, err
	}
	var all []*descriptorpb.FileDescriptorProto
	added := map[string]bool{}
	var add func(protoreflect.FileDescriptor)
	add = func(file protoreflect.FileDescriptor) {
		if added[file.Path()] {
			return
		}
		added[file.Path()] = true
		for i := range file.Imports().Len() {
			add(file.Imports().Get(i).FileDescriptor)
		}
		all = append(all, protoutil.ProtoFromFileDescriptor(file))
	}
	for _, file := range compiled {
		add(file)
	}
	return all, nil
}

// run lets a plugin of protoc, a tool in go.mod, answer the request and writes the files that it makes.
func run(plugin string, request *pluginpb.CodeGeneratorRequest) error {
	input, err := proto.Marshal(request)
	if err != nil {
		return err
	}
	command := exec.Command("go", "tool", plugin)
	command.Stdin = bytes.NewReader(input)
	command.Stderr = os.Stderr
	output, err := command.Output()
	if err != nil {
		return fmt.Errorf("%s: %w", plugin, err)
	}
	var response pluginpb.CodeGeneratorResponse
	if err := proto.Unmarshal(output, &response); err != nil {
		return err
	}
	if response.Error != nil {
		return fmt.Errorf("%s: %s", plugin, response.GetError())
	}
	for _, file := range response.File {
		if err := os.MkdirAll(path.Dir(file.GetName()), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file.GetName(), []byte(file.GetContent()), 0o644); err != nil {
			return err
		}
	}
	return nil
}
