package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// withCredentials are the options of a connection: TLS and the token for a secured node, from the variables that the
// command line uses as well; plain text if none of them is set.
func withCredentials() ([]grpc.DialOption, error) {
	authorities, certificate := os.Getenv("AETHER_TLS_CA"), os.Getenv("AETHER_CLIENT_TLS_CERT")
	hasToken := cmp.Or(os.Getenv("AETHER_TOKEN_FILE"), os.Getenv("AETHER_TOKEN")) != ""
	if authorities == "" && certificate == "" && !hasToken && os.Getenv("AETHER_TLS") != "true" {
		return []grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials())}, nil
	}
	config := &tls.Config{} // Without RootCAs it trusts the authorities of the system.
	if authorities != "" {
		pem, err := os.ReadFile(authorities)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s has no certificate", authorities)
		}
	}
	if certificate != "" {
		own, err := tls.LoadX509KeyPair(certificate, os.Getenv("AETHER_CLIENT_TLS_KEY"))
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{own}
	}
	options := []grpc.DialOption{grpc.WithTransportCredentials(credentials.NewTLS(config))}
	if hasToken {
		options = append(options, grpc.WithPerRPCCredentials(bearer{}))
	}
	return options, nil
}

// bearer adds the token to each call. The file is read for each, so it may be renewed.
type bearer struct{}

func (bearer) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	token := os.Getenv("AETHER_TOKEN")
	if file := os.Getenv("AETHER_TOKEN_FILE"); file != "" {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		token = strings.TrimSpace(string(content))
	}
	return map[string]string{"authorization": "Bearer " + token}, nil
}

func (bearer) RequireTransportSecurity() bool { return true }
