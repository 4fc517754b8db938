package steps

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms/types"
)

// answer records what a target does where nobody knows what AWS does.
func (s *Scenario) answer(question, answer, observation string) {
	s.result.Answers = append(s.result.Answers, Answer{
		Question: question, Requirement: s.first(), Answer: answer, Observation: observation,
	})
}

// outcomeAnswers records how the last call ended: "success" or the error code. Its status is part of the observation.
func (s *Scenario) outcomeAnswers(question string) error {
	o, err := s.last()
	if err != nil {
		return err
	}
	name := "success"
	if o.refusal != nil {
		name = cmp.Or(o.refusal.Code, "no code")
	}
	s.answer(question, name, o.operation+": "+o.String())
	return nil
}

func (s *Scenario) stateAnswers(ctx context.Context, question string) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	o, err := s.last()
	if err != nil {
		return err
	}
	state, err := s.steady(ctx, func(ctx context.Context) (string, error) {
		state, err := s.state(ctx, k)
		return string(state), err
	})
	if err != nil {
		return err
	}
	s.answer(question, state, fmt.Sprintf("%s: %s, then KeyState %s", o.operation, o, state))
	return nil
}

// materialIDAnswers records which KeyMaterialId the last answer names.
func (s *Scenario) materialIDAnswers(question string) error {
	o, k, err := s.lastOnKey()
	if err != nil {
		return err
	}
	if o.refusal != nil {
		s.answer(question, "refused", o.String())
		return nil
	}
	raw, is := o.exchange.Member("KeyMaterialId")
	value := plain(raw)
	name := "another id"
	switch {
	case !is:
		name = "absent"
	case value == "" || value == "null":
		name = "empty"
	case value == k.materialID:
		name = "the id of the material"
	}
	s.answer(question, name, o.operation+": KeyMaterialId "+orAbsent(value))
	return nil
}

// describedAnswers records whether the last DescribeKey shows a member.
func (s *Scenario) describedAnswers(member, question string) error {
	o, err := s.last()
	if err != nil {
		return err
	}
	members, err := metadataIn(o)
	if err != nil {
		return err
	}
	raw, is := members[member]
	name := presence(is && string(raw) != "null")
	s.answer(question, name, fmt.Sprintf("DescribeKey: %s %s", member, orAbsent(plain(raw))))
	return nil
}

// delayAnswers measures from a material's date to the first read that shows PendingImport. It is coarse: the answer is
// an order of magnitude that targets can be compared by.
func (s *Scenario) delayAnswers(ctx context.Context, question string) error {
	k, err := s.key("the key")
	if err != nil {
		return err
	}
	err = s.becomesState(ctx, k, types.KeyStatePendingImport)
	delay := s.now().Sub(s.expires)
	var m *Mismatch
	if errors.As(err, &m) {
		s.answer(question, "not within the bound", fmt.Sprintf("%s after %s", m.Actual, delay.Round(time.Second)))
		return nil
	}
	if err != nil {
		return err
	}
	s.answer(question, magnitude(delay), "PendingImport "+delay.Round(time.Second).String()+" after ValidTo")
	return nil
}

// errorShapeAnswers records the raw form of an error.
func (s *Scenario) errorShapeAnswers(part, question string) error {
	o, err := s.last()
	if err != nil {
		return err
	}
	if o.refusal == nil {
		s.answer(question, "no error", o.String())
		return nil
	}
	switch part {
	case "text":
		name, observation := textShape(o)
		s.answer(question, name, observation)
		return nil
	case "header":
		value := header(o.exchange.Response, "x-amzn-ErrorType")
		s.answer(question, "x-amzn-ErrorType "+presence(value != ""), "x-amzn-ErrorType: "+orAbsent(value))
		return nil
	}
	raw, is := o.exchange.Member("__type")
	name := "__type without prefix"
	switch {
	case !is:
		name = "__type absent"
	case strings.Contains(plain(raw), "#"):
		name = "__type with a namespace"
	}
	s.answer(question, name, "__type "+orAbsent(plain(raw)))
	return nil
}

func isMismatch(err error) bool {
	var m *Mismatch
	return errors.As(err, &m)
}
