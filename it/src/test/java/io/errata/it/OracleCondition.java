package io.errata.it;

import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * Random conditions over the fields of {@link ArchivedEvent}, in SQL that means the same to
 * everybody.
 */
final class OracleCondition {
  private static final List<String> TEXTS =
      List.of("''", "'a'", "'a-b'", "'%'", "'é'", "'it''s'", "'😀'", "'zz'", "'back\\slash'");

  private final SplittableRandom random;
  private final Set<String> fields = new TreeSet<>();
  private final String text;

  private OracleCondition(SplittableRandom random) {
    this.random = random;
    this.text = condition(random.nextInt(1, 4));
  }

  static OracleCondition make(SplittableRandom random) {
    return new OracleCondition(random);
  }

  String text() {
    return text;
  }

  /** The fields that it reads. */
  Set<String> fields() {
    return fields;
  }

  private String condition(int depth) {
    if (depth == 0) {
      return leaf();
    }
    return switch (random.nextInt(7)) {
      case 0, 1 -> "(" + condition(depth - 1) + " and " + condition(depth - 1) + ")";
      case 2, 3 -> "(" + condition(depth - 1) + " or " + condition(depth - 1) + ")";
      case 4 -> "not (" + condition(depth - 1) + ")";
      case 5 ->
          "(" + condition(depth - 1) + ") is " + pick("true", "false", "not true", "not false");
      default -> leaf();
    };
  }

  private String leaf() {
    return switch (random.nextInt(11)) {
      case 0 -> number() + operator() + numeral();
      case 1 -> field("label") + operator() + text1();
      case 2 ->
          field("label") + not() + " in (" + text1() + ", " + text1() + pick("", ", null") + ")";
      case 3 ->
          number() + not() + " in (" + numeral() + ", " + numeral() + pick("", ", null") + ")";
      case 4 -> number() + not() + " between " + numeral() + " and " + numeral();
      case 5 ->
          field("label")
              + not()
              + " like "
              + pick("'a%'", "'%-%'", "'_'", "'%é%'", "'a!%%' escape '!'", "''");
      case 6 ->
          field(pick("small", "big", "amount", "ratio", "label", "seen", "due"))
              + pick(" is null", " is not null");
      case 7 ->
          field("seen")
              + operator()
              + "timestamp '2024-0"
              + random.nextInt(1, 10)
              + "-10T0"
              + random.nextInt(0, 10)
              + ":30:00.25Z'";
      case 8 -> field("due") + operator() + "date '2024-0" + random.nextInt(1, 10) + "-15'";
      case 9 ->
          "("
              + field("small")
              + pick(" + 1", " - 7", " * 2")
              + ")"
              + operator()
              + pick(field("amount"), field("small"), numeral());
      default ->
          "case when "
              + field("small")
              + " > 0 then "
              + field("small")
              + " else 0 - "
              + field("small")
              + " end"
              + operator()
              + numeral();
    };
  }

  private String number() {
    return field(pick("small", "big", "amount", "ratio", "shop"));
  }

  private String numeral() {
    return pick(
        "0",
        "1",
        "-3",
        "100",
        "2.5",
        "-0.125",
        "12.30",
        Integer.toString(random.nextInt(-500, 500)));
  }

  private String text1() {
    return TEXTS.get(random.nextInt(TEXTS.size()));
  }

  private String operator() {
    return pick(" = ", " <> ", " < ", " <= ", " > ", " >= ");
  }

  private String not() {
    return pick("", "", " not");
  }

  private String field(String name) {
    fields.add(name);
    return name;
  }

  private String pick(String... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
