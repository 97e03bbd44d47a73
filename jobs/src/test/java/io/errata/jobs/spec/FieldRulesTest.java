package io.errata.jobs.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.connectors.event.EventRule;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldRulesTest {
  private static List<EventRule> rules(String yaml) {
    return Specs.parse(Specs.DECLARED, "events.rules=" + yaml).events().rules();
  }

  @Test
  void rules_areConditionsInTheOrderOfTheDocument() {
    List<EventRule> rules =
        rules(
            "{ status: { one-of: [paid, \"it's\", 7, true], like: 'p%' },"
                + " a.\"b: { required: true, min: -0.5, max: 0x10 },"
                + " day: { min: 2024-06-10, max: 2024-06-11 },"
                + " at: { max: 2024-06-10T12:00:00+02:00 } }");
    assertThat(rules)
        .extracting(rule -> rule.field() + ": " + rule.passes())
        .containsExactly(
            "status: \"status\" is null or \"status\" in ('paid', 'it''s', 7, true)",
            "status: \"status\" is null or \"status\" like 'p%'",
            "a.\"b: \"a\".\"\"\"b\" is not null",
            "a.\"b: \"a\".\"\"\"b\" is null or \"a\".\"\"\"b\" >= -0.5",
            "a.\"b: \"a\".\"\"\"b\" is null or \"a\".\"\"\"b\" <= 16",
            "day: \"day\" is null or \"day\" >= date '2024-06-10'",
            "day: \"day\" is null or \"day\" <= date '2024-06-11'",
            "at: \"at\" is null or \"at\" <= timestamp '2024-06-10T10:00:00Z'");
  }

  @Test
  void reasons_nameFieldAndRule() {
    assertThat(rules("{ a: { required: true, min: 1, max: 2, one-of: [1, 2], like: '1%' } }"))
        .extracting(EventRule::reason)
        .containsExactly(
            "Cannot use a: it is missing, and events.rules requires it",
            "Cannot use a: it is less than events.rules allows (min)",
            "Cannot use a: it is more than events.rules allows (max)",
            "Cannot use a: it is none of the values of events.rules (one-of)",
            "Cannot use a: it is not like the pattern of events.rules (like)");
  }

  @Test
  void ruleThatIsSwitchedOff_isNone() {
    assertThat(rules("{ a: { required: false } }")).isEmpty();
  }

  @Test
  void ruleOfOneField_isSetOnTheCommandLine() {
    assertThat(
            Specs.parse(
                    Specs.DECLARED,
                    "events.rules={ a: { min: 1 } }",
                    "events.rules.a={ min: 2 }",
                    "events.rules.b.c={ required: true }")
                .events()
                .rules())
        .extracting(rule -> rule.passes().toString())
        .containsExactly("\"a\" is null or \"a\" >= 2", "\"b\".\"c\" is not null");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[a]|it is a list and must be fields; write { amount: { min: 0 } }",
        "{ a: 1 }|it is a number and must be rules; write { required: true }",
        "{ a: {} }|it has no rule; give one of required, min, max, one-of, like",
        "{ a: { mim: 1 } }|there is no such rule (there are required, min, max, one-of, like); did you mean min?",
        "{ a: { required: yes please } }|it is a text and must be true or false",
        "{ a: { min: much } }|much is not a number, a date such as 2024-06-10, or a time with a zone such as 2024-06-10T12:00:00Z",
        "{ a: { min: 2024-06-10T12:00:00 } }|is not a number, a date",
        "{ a: { max: .inf } }|.inf is not a number",
        "{ a: { max: 1e999999999 } }|1e999999999 is not a number",
        "{ a: { max: [1] } }|it is a list and must be a number, a date or a time",
        "{ a: { min: 2, max: 1 } }|min is greater than max, so that no value keeps to it",
        "{ a: { min: 2, max: 2024-06-10 } }|min and max are of two kinds; give two numbers, dates or times",
        "{ a: { one-of: paid } }|it is a text and must be a list; write [paid, refunded]",
        "{ a: { one-of: [] } }|it is empty, so that no value keeps to it",
        "{ a: { one-of: [x, x] } }|'x' is in it twice",
        "{ a: { one-of: [[x]] } }|it is a list and must be a text, a number, or true or false",
        "{ a: { like: 7 } }|it is a number and must be a pattern; write 'DE%'"
      })
  void ruleThatIsNone_isRefused(String yaml, String problem) {
    assertThat(Specs.problems(Specs.DECLARED, "events.rules=" + yaml))
        .singleElement()
        .asString()
        .contains("events.rules")
        .contains(problem);
  }
}
