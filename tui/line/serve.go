package line

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/spf13/pflag"

	"smtpconsole/protocol"
	"smtpconsole/protocol/practice"
)

// Server is the practice server on its own.
type Server struct {
	Address string // to listen on; "" means that no server is asked for
	CertOut string // file for the certificate to trust, "" for none
}

// Flags are the fields as command line flags.
func (s *Server) Flags() *pflag.FlagSet {
	flags := pflag.NewFlagSet("The server alone", pflag.ContinueOnError)
	flags.StringVar(&s.Address, "serve", "", "listen on `ADDRESS`, as in 127.0.0.1:2525, until Ctrl+C")
	flags.StringVar(&s.CertOut, "cert-out", "", "write the certificate to trust to `FILE`, in PEM form")
	return flags
}

// Serve runs until ctx ends. The first and only line on w says where it
// listens: scripts read it. The dialogue goes to people, each line behind
// the number of its session.
func (s *Server) Serve(ctx context.Context, w, people io.Writer) error {
	dialogue := log.New(people, "", 0)
	server, err := practice.New(&practice.Options{Log: func(session int, ev protocol.Event) {
		dialogue.Printf("%d %s", session, protocol.Safe(ev.String()))
	}})
	if err != nil {
		return err
	}
	defer server.Close()
	if s.CertOut != "" {
		if err := os.WriteFile(s.CertOut, server.CertificatePEM(), 0o644); err != nil {
			return fmt.Errorf("--cert-out: %w", err)
		}
	}
	where, err := server.Listen(s.Address)
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "listening on", where)
	<-ctx.Done()
	return nil
}
