package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"sort"
	"strings"
	"time"

	"github.com/kmsconform/kmsconform/fixtures/target"
)

// rawDeletes are the ways a scenario about the wire sends the delete: what differs from the documented request.
var rawDeletes = map[string]func(k *key, r *target.RawRequest){
	"as documented":          func(*key, *target.RawRequest) {},
	"with the material's id": func(k *key, r *target.RawRequest) { r.Body = body("KeyId", k.id, "KeyMaterialId", k.materialID) },

	// The target.
	"without a target":                  func(_ *key, r *target.RawRequest) { r.Operation = "" },
	"with a target that does not exist": func(_ *key, r *target.RawRequest) { r.Operation = "DeleteEverything" },
	"with its target in the URL's fragment as application/json": func(_ *key, r *target.RawRequest) {
		r.Operation = ""
		r.Path = "/#X-Amz-Target=TrentService.DeleteImportedKeyMaterial"
		r.Header = map[string]string{"Content-Type": "application/json"}
	},

	// The body.
	"with a body that is not JSON": func(_ *key, r *target.RawRequest) { r.Body = []byte("KeyId=kmsconform") },
	"with a body that is cut off":  func(_ *key, r *target.RawRequest) { r.Body = r.Body[:len(r.Body)-1] },
	"with a number as KeyId":       func(_ *key, r *target.RawRequest) { r.Body = []byte(`{"KeyId":1}`) },
	"with a list as KeyId":         func(k *key, r *target.RawRequest) { r.Body = []byte(`{"KeyId":["` + k.id + `"]}`) },
	"with keyid instead of KeyId":  func(k *key, r *target.RawRequest) { r.Body = body("keyid", k.id) },
	"without a KeyId":              func(_ *key, r *target.RawRequest) { r.Body = []byte(`{}`) },
	"with null as KeyId":           func(_ *key, r *target.RawRequest) { r.Body = []byte(`{"KeyId":null}`) },

	// The signature.
	"without a signature":               func(_ *key, r *target.RawRequest) { r.Sign = target.Unsigned },
	"with an incomplete signature":      func(_ *key, r *target.RawRequest) { r.Sign = target.IncompleteSignature },
	"with an unknown access key id":     func(_ *key, r *target.RawRequest) { r.Sign = target.UnknownAccessKey },
	"signed with a wrong secret":        func(_ *key, r *target.RawRequest) { r.Sign = target.WrongSecret },
	"signed 20 minutes ago":             func(_ *key, r *target.RawRequest) { r.SignedAt = -20 * time.Minute },
	"signed 20 minutes ahead":           func(_ *key, r *target.RawRequest) { r.SignedAt = 20 * time.Minute },
	"signed for another service":        func(_ *key, r *target.RawRequest) { r.SignService = "sts" },
	"signed for another Region":         func(_ *key, r *target.RawRequest) { r.SignRegion = "ap-southeast-2" },
	"with a body altered after signing": func(_ *key, r *target.RawRequest) { r.BodyAfterSigning = append([]byte(" "), r.Body...) },
	"with a target altered after signing": func(_ *key, r *target.RawRequest) {
		r.Operation, r.OperationAfterSigning = "DescribeKey", "DeleteImportedKeyMaterial"
	},
}

// body encodes pairs of member and text.
func body(pairs ...string) []byte {
	members := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		members[pairs[i]] = pairs[i+1]
	}
	b, err := json.Marshal(members)
	if err != nil {
		panic(err) // texts only
	}
	return b
}

func rawDeletePattern() string {
	phrases := make([]string, 0, len(rawDeletes))
	for phrase := range rawDeletes {
		phrases = append(phrases, regexp.QuoteMeta(phrase))
	}
	sort.Strings(phrases)
	return strings.Join(phrases, "|")
}

// isSent is the When of the wire: one delete, sent without the SDK.
func (s *Scenario) isSent(ctx context.Context, how string) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	request := target.RawRequest{
		Caller: owner.caller, Region: owner.region,
		Operation: "DeleteImportedKeyMaterial", Body: body("KeyId", k.id),
	}
	vary, known := rawDeletes[how]
	if !known {
		return fmt.Errorf("no way to send the delete %q", how)
	}
	vary(k, &request)
	o, err := s.patiently(ctx, request.Operation, nil, func(ctx context.Context) (*outcome, error) {
		exchange, err := s.session.Raw(ctx, request)
		return &outcome{exchange: exchange}, err
	})
	if unsure(err) {
		return err
	}
	return s.record(s.settleRaw(o.exchange, err))
}

// settleRaw sorts a raw answer. Here a status that refuses is a refusal even without an error code that can be read:
// what a target says to a request that no SDK sends is the target's answer, however it is worded.
func (s *Scenario) settleRaw(e *target.Exchange, err error) (*outcome, error) {
	if e != nil {
		s.exchanges = append(s.exchanges, e)
	}
	if e == nil || e.Response == nil {
		return nil, fmt.Errorf("send the delete: %w", target.Failure(err, e))
	}
	// Only of a target that does not have the operation at all: where a request is mutilated, the same answer may be right.
	if how, is := target.NotImplemented(e); is && s.session.Target().Capabilities.Unimplemented["DeleteImportedKeyMaterial"] != "" {
		return nil, &Unimplemented{Operation: "DeleteImportedKeyMaterial", How: how}
	}
	o := &outcome{operation: "DeleteImportedKeyMaterial", exchange: e}
	if e.Response.Status >= 300 || e.ErrorCode() != "" {
		o.refusal = refusalOf(e)
	}
	return o, nil
}

func (s *Scenario) statusIs(want int) error {
	o, err := s.last()
	if err != nil {
		return err
	}
	got := o.exchange.Response.Status
	err = s.check(got == want, fmt.Sprintf("HTTP status %d", want), fmt.Sprintf("HTTP status %d (%s)", got, o))
	if o.refusal == nil || want != http.StatusBadRequest {
		return err
	}
	return s.reached(err, statusRequirement(o.refusal.Code))
}

// statusRequirement is the requirement that an error of the caller with this code comes with HTTP status 400.
func statusRequirement(code string) string {
	switch code {
	case "AccessDeniedException":
		return "DIKM-AUTH-07"
	case "ValidationException":
		return "DIKM-WIRE-14"
	default:
		return "DIKM-WIRE-11"
	}
}

func (s *Scenario) noEnvelope() error {
	o, err := s.last()
	if err != nil {
		return err
	}
	requirement := "DIKM-WIRE-03"
	if o.refusal != nil {
		requirement = "DIKM-WIRE-09"
	}
	return s.reached(s.check(!o.exchange.Envelope(), "an answer as KMS gives it", "an envelope {\"success\": ...}"), requirement)
}

func (s *Scenario) hasRequestID() error {
	o, err := s.last()
	if err != nil {
		return err
	}
	return s.check(o.exchange.RequestID() != "", "the header x-amzn-RequestId", "none")
}

func (s *Scenario) contentTypeIs(want string) error {
	o, err := s.last()
	if err != nil {
		return err
	}
	got := header(o.exchange.Response, "Content-Type")
	return s.check(got == want, "Content-Type "+want, "Content-Type "+orAbsent(got))
}

func header(m *target.Message, name string) string {
	for n, values := range m.Header {
		if strings.EqualFold(n, name) && len(values) > 0 {
			return values[0]
		}
	}
	return ""
}

// typeAndMessage holds an error body to the two members every SDK reads (DIKM-WIRE-09).
func (s *Scenario) typeAndMessage() error {
	o, err := s.last()
	if err != nil {
		return err
	}
	_, hasType := o.exchange.Member("__type")
	_, hasMessage := o.exchange.Member("message")
	return s.reached(s.check(hasType && hasMessage, "the members __type and message",
		fmt.Sprintf("__type %s, message %s", presence(hasType), presence(hasMessage))), "DIKM-WIRE-09")
}

func presence(is bool) string {
	if is {
		return "present"
	}
	return "absent"
}

func (s *Scenario) isNumber(member string) error {
	o, err := s.last()
	if err != nil {
		return err
	}
	raw, is := o.exchange.Member(member)
	if !is {
		return s.check(false, member+", a JSON number", "no "+member)
	}
	var seconds float64
	return s.check(json.Unmarshal(raw, &seconds) == nil, member+", a JSON number", member+" "+string(raw))
}
