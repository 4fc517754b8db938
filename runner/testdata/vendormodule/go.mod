module example.test/kms

go 1.26.0

require github.com/kmsconform/kmsconform v0.0.0

replace github.com/kmsconform/kmsconform => ../../..
