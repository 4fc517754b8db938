@core
Feature: Origins
  Only a key of origin EXTERNAL takes and gives up imported material.

  Rule: Material that AWS KMS made cannot be deleted

    @DIKM-ORIG-01
    Scenario: The delete on a symmetric key whose material AWS KMS made
      Given a symmetric key with material made by AWS KMS
      When its imported material is deleted
      Then the call is refused with UnsupportedOperationException
      And nothing about the key changed
      And Encrypt on the key succeeds

    @DIKM-ORIG-01
    Scenario Outline: The delete on an <kind> key whose material AWS KMS made
      Given an <kind> key with material made by AWS KMS
      When its imported material is deleted
      Then the call is refused with UnsupportedOperationException
      And nothing about the key changed

      Examples:
        | kind          |
        | RSA_2048      |
        | ECC_NIST_P256 |
        | HMAC_256      |

    @DIKM-ORIG-08 @OQ-29
    Scenario Outline: The delete on a key that AWS KMS made and that is <situation>
      Given a symmetric key with material made by AWS KMS that is <situation>
      When its imported material is deleted
      Then the call is refused with UnsupportedOperationException
      And nothing about the key changed

      Examples:
        | situation              |
        | disabled               |
        | scheduled for deletion |

  Rule: Every kind of key that can be imported starts by waiting for its material

    @DIKM-ORIG-04 @C-14
    Scenario: A symmetric key
      When a symmetric key without material is created
      Then the call succeeds
      And the created key shows
        | KeyState | PendingImport |
        | Origin   | EXTERNAL      |
