// Package main verifies webhooks (Standard Webhooks 1.0.0). Go 1.21 or newer, nothing else.
package main

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const tolerance = 5 * time.Minute

// Verify returns nil if body, the raw bytes as they came, is signed with the secret (whsec_…,
// or a public key whpk_…), and not long ago.
func Verify(secret string, header http.Header, body []byte, now time.Time) error {
	id, timestamp := header.Get("webhook-id"), header.Get("webhook-timestamp")
	seconds, err := strconv.ParseUint(timestamp, 10, 40)
	if id == "" || err != nil {
		return errors.New("webhook-id or webhook-timestamp is missing or malformed")
	}
	if age := now.Sub(time.Unix(int64(seconds), 0)); age > tolerance || age < -tolerance {
		return errors.New("webhook-timestamp is too old or too new")
	}
	fits, err := checker(secret, append([]byte(id+"."+timestamp+"."), body...))
	if err != nil {
		return err
	}
	// While a secret is being replaced there are several; one that fits is enough.
	for _, signature := range strings.Split(header.Get("webhook-signature"), " ") {
		if fits(signature) {
			return nil
		}
	}
	return errors.New("no signature fits")
}

func checker(secret string, signed []byte) (func(string) bool, error) {
	if text, isPublic := strings.CutPrefix(secret, "whpk_"); isPublic {
		key, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(key) != ed25519.PublicKeySize {
			return nil, errors.New("not a public key")
		}
		return func(given string) bool {
			text, isV1a := strings.CutPrefix(given, "v1a,")
			signature, err := base64.StdEncoding.DecodeString(text)
			return isV1a && err == nil && ed25519.Verify(key, signed, signature)
		}, nil
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return nil, errors.New("not a secret")
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(signed)
	expected := []byte("v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	return func(given string) bool { return hmac.Equal(expected, []byte(given)) }, nil
}
