module smtpconsole

go 1.26

require (
	github.com/adrg/xdg v0.5.3 // indirect
	github.com/emersion/go-sasl v0.0.0-20241020182733-b788ff22d5a6 // indirect
	github.com/emersion/go-smtp v0.25.1 // indirect
	go.uber.org/goleak v1.3.0 // indirect
	golang.org/x/sys v0.26.0 // indirect
)
