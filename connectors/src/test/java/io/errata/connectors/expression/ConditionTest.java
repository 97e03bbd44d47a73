package io.errata.connectors.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.errata.api.Bytes;
import io.errata.api.Column;
import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Fields;
import io.errata.api.RejectedEventException;
import io.errata.api.Row;
import io.errata.api.RowSchema;
import io.errata.api.UnreadableFieldException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionTest {
  private static final RowSchema SCHEMA =
      RowSchema.builder()
          .column("i", ColumnType.INT)
          .column("l", ColumnType.LONG)
          .column("n", ColumnType.DECIMAL)
          .column("f", ColumnType.DOUBLE)
          .column("t", ColumnType.TEXT)
          .column("b", ColumnType.BOOLEAN)
          .column("d", ColumnType.DATE)
          .column("ts", ColumnType.TIMESTAMP)
          .column("u", ColumnType.UUID)
          .column("x", ColumnType.BYTES)
          .column("user.id", ColumnType.TEXT)
          .column("Order No", ColumnType.LONG)
          .column("nothing", ColumnType.LONG)
          .build();
  private static final Row EVENT =
      Row.of(
          SCHEMA,
          7,
          9_007_199_254_740_993L,
          new BigDecimal("1.50"),
          0.1,
          "it's 100% \n\uD83D\uDE00",
          true,
          LocalDate.of(2024, 6, 10),
          Instant.parse("2024-06-10T12:00:00.5Z"),
          UUID.fromString("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
          Bytes.of((byte) 1),
          "42",
          5L,
          null);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "i = 7 and i = 7.0 and 7 = i and i <> 8 and i != 8",
        "i < 8 and i <= 7 and i > 6 and i >= 7 and not i > 7",
        "i = 1 or i = 7 and n = 1.5",
        "(i = 7 or i = 1) and n = 1.500",
        "l = 9007199254740993 and l <> 9007199254740992",
        "l > 9007199254740992.5 and l < 9007199254740993.5",
        "l < 1e30 and l > -1e30",
        "n = 1.5 and n between 1.5 and 2 and n not between 2 and 3",
        "f = 0.1 and f < 0.2",
        "f <> n and f < n and f < i",
        "i in (1, 7, null) and not i in (1, 2) and i not in (8, 9)",
        "n in (1.5) and f in (0.1) and d in ('2024-06-10')",
        "t like 'it''s%' and t like '%100\\% _%' and t not like 'x%'",
        "t like 'it''s 100!% %' escape '!'",
        "t like '%\uD83D\uDE00' and t like '%__' and t not like 'it''s 100_'",
        "b and b = true and b is true and b is not false and not not b",
        "nothing is null and i is not null and (nothing is null) is true",
        "d = date '2024-06-10' and d = '2024-06-10' and d < ts and ts > d",
        "ts = timestamp '2024-06-10 12:00:00.5' and ts = '2024-06-10T12:00:00.5Z'",
        "ts = timestamp '2024-06-10T14:00:00.5+02:00' and ts = timestamptz '2024-06-10 14:00:00.5+02'",
        "ts >= timestamp with time zone '2024-06-10 12:00:00+00' and ts > date '2024-06-10'",
        "u = 'A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11' and u > '00000000-0000-0000-0000-000000000000'",
        "user.id = '42' and \"user\".\"id\" = '42' and \"Order No\" = 5 and \"user.id\" = '42'",
        "i * 2 + 1 = 15 and -i = -7 and i - n = 5.5 and (i + 1) * 2 = 16 and f + f = 0.2",
        "n * 0.1 = 0.15 and 0.1 + 0.2 = 0.3 and i * 0.01 = 0.07",
        "case when i > 5 then 'big' else 'small' end = 'big'",
        "day(ts, UTC) = date '2024-06-10' and hour(ts, 'Europe/Zurich') = timestamp '2024-06-10 12:00:00Z'",
        "week(ts, Europe/Zurich) = '2024-06-10' and month(ts, UTC) = '2024-06-01' and year(ts, UTC) = '2024-01-01'",
        "true",
        "1 = 1 -- a remark",
        "nothing = 1 or true",
        "not (nothing = 1 and false)",
      })
  void condition_holds(String where) {
    assertThat(Conditions.parse(where).holds(EVENT)).as(where).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "i = 8",
        "true and false or false",
        "nothing = 1",
        "not nothing = 1",
        "nothing <> 1",
        "nothing in (1)",
        "nothing not in (1)",
        "i not in (1, null)",
        "i in (1, null)",
        "nothing between 1 and 2",
        "nothing not between 1 and 2",
        "null",
        "null = null",
        "nothing = nothing",
        "(nothing = 1) is true",
        "nothing + 1 = 1",
        "case when nothing = 1 then true end",
        "i = 7 and nothing = 1",
        "false or nothing = 1",
      })
  void condition_doesNotHold(String where) {
    assertThat(Conditions.parse(where).holds(EVENT)).as(where).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "true | true | true | true",
        "true | false | false | true",
        "true | null | null | true",
        "false | false | false | false",
        "false | null | false | null",
        "null | null | null | null",
      })
  void junctions_haveThreeTruthValues(String left, String right, String and, String or) {
    assertThat(truth(left + " and " + right)).isEqualTo(and);
    assertThat(truth(right + " and " + left)).isEqualTo(and);
    assertThat(truth(left + " or " + right)).isEqualTo(or);
    assertThat(truth(right + " or " + left)).isEqualTo(or);
  }

  private static String truth(String where) {
    if (Conditions.parse(where).holds(EVENT)) {
      return "true";
    }
    return Conditions.parse("not (" + where + ")").holds(EVENT) ? "false" : "null";
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "a ~ 'x' | a ~ 'x'",
        "a ilike 'x%' | ILIKE",
        "a in (select 1) | SELECT 1",
        "a in (b) | Cannot use b in",
        "exists (select 1) | EXISTS",
        "(select 1) = 1 | SELECT",
        "cast(a as text) = 'x' | cast(a AS text)",
        "a::text = 'x' | a::text",
        "a / 2 = 1 | a / 2",
        "a % 2 = 1 | a % 2",
        "a = ? | ?",
        "a = :x | :x",
        "a = 0x1F | 0x1F",
        "a = E'x' | E'x'",
        "a = $$x$$ | $$x$$",
        "now() > a | now()",
        "pg_sleep(10) = 1 | pg_sleep(10)",
        "current_timestamp > a | current_timestamp",
        "a = 1 && b = 2 | &&",
        "a[1] = 2 | a[1]",
        "(a, b) = (1, 2) | (a, b)",
        "a is distinct from b | IS DISTINCT FROM",
        "a -> 'b' = 'c' | ->",
        "`a` = 1 | `a`",
        "case a when 1 then true end | CASE a",
        "a = interval '1 day' | INTERVAL",
        "a = 1; drop table x | partial expression",
        "a = 1 and | Encountered",
        "a = 'x | Lexical error",
        "sum(a) = 1 | sum(a)",
        "a = 1e99999 | at most 1000 digits",
        "day(ts) = '2024-06-10' | day(ts)",
        "day(ts, Mars/Olympus) = '2024-06-10' | Mars/Olympus",
        "a between symmetric 1 and 2 | SYMMETRIC",
        "a like 'x' escape 'ab' | ESCAPE",
        "a = 1(+) | a = 1(+)",
        "ts > timestamp 'yesterday' | ISO 8601",
      })
  void parse_refusesWhatIsNotAllowed(String where, String part) {
    assertThatThrownBy(() -> Conditions.parse(where))
        .isInstanceOfSatisfying(
            ErrataException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SPEC);
              assertThat(e.next()).isNotBlank();
            })
        .hasMessageContaining(part);
  }

  @ParameterizedTest
  @ValueSource(strings = {"'' = 1", "a.'' = 1", "sum('') = 1"})
  void parse_refusesAFieldWithoutAName(String where) {
    assertThatThrownBy(() -> Conditions.parse(where.replace('\'', '"')))
        .isInstanceOfSatisfying(
            ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SPEC))
        .hasMessageContaining("\"\"");
  }

  @Test
  void parse_refusesTheEmptyText() {
    assertThatThrownBy(() -> Conditions.parse("  ")).hasMessageContaining("it is empty");
  }

  @Test
  void parse_endsSoonOnDeepBrackets() {
    String deep = "(".repeat(40) + "i = 7" + ")".repeat(40);
    String deeper = "(".repeat(100_000) + "i = 7" + ")".repeat(100_000);

    assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () -> {
          assertThat(Conditions.parse(deep).holds(EVENT)).isTrue();
          assertThatThrownBy(() -> Conditions.parse(deeper))
              .hasMessageContaining("levels of brackets");
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"not ", "1 + ", "a = case when true then "})
  void parse_refusesEndlessNesting(String part) {
    assertThatThrownBy(() -> Conditions.parse(part.repeat(50_000) + "1"))
        .isInstanceOfSatisfying(
            ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SPEC));
  }

  @Test
  void parse_refusesConcatenation() {
    assertThatThrownBy(() -> Conditions.parse("a || 'x' = 'x'"))
        .hasMessageContaining("Cannot use a || 'x' in");
  }

  @Test
  void bucket_atTheEndOfTimesRejectsTheEvent() {
    RowSchema schema = RowSchema.of(new Column("ts", ColumnType.TIMESTAMP));
    for (String unit : List.of("day", "hour", "year")) {
      Condition condition = Conditions.parse(unit + "(ts, Europe/Zurich) is null");
      assertThatThrownBy(() -> condition.holds(Row.of(schema, Instant.MAX)))
          .isInstanceOf(RejectedEventException.class)
          .hasMessageContaining("Cannot compute " + unit + "(")
          .hasMessageContaining("the time is at the end of what times can be");
    }
  }

  @Test
  void parse_takesThousandsOfTerms() {
    String terms =
        IntStream.range(0, 3_000)
            .mapToObj(i -> "i = " + (i + 8))
            .collect(Collectors.joining(" or "));
    String members =
        IntStream.range(0, 20_000)
            .mapToObj(i -> "'" + i + "'")
            .collect(Collectors.joining(",", "(", ")"));

    assertThat(Conditions.parse(terms).holds(EVENT)).isFalse();
    assertThat(Conditions.parse(terms + " or i = 7").holds(EVENT)).isTrue();
    assertThat(Conditions.parse("user.id in " + members).holds(EVENT)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "t > 0 | Cannot compare \"\"t\"\" with 0: their types are TEXT and DECIMAL",
        "i = 'x' | Cannot compare \"\"i\"\" with 'x': their types are INT and TEXT",
        "b = 1 | BOOLEAN and DECIMAL",
        "x = 'a' | BYTES and TEXT",
        "i like 'x' | INT and TEXT",
        "i in (1, 'x') | INT and TEXT",
        "t + 1 = 2 | Cannot compute with \"\"t\"\"",
        "i | Cannot use as a condition: i (it is INT)",
        "not t | it is TEXT",
        "i = 7 and t | it is TEXT",
        "missing = 1 | Cannot find field missing",
        "day(t, UTC) = '2024-06-10' | the type of \"\"t\"\" is TEXT",
        "d = 'tomorrow' | Cannot read as a date: 'tomorrow'",
        "u = 'x' | Cannot read as a UUID",
        "case when b then 1 else 'x' end = 1 | LONG",
      })
  void check_namesFieldAndTypes(String where, String part) {
    assertThatThrownBy(() -> Conditions.parse(where).check(SCHEMA))
        .isInstanceOfSatisfying(
            ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SPEC))
        .hasMessageContaining(part.replace("\"\"", "\""));
  }

  @Test
  void holds_orderNumbersAsPostgresDoes() {
    assertThat(holds("f = f and f > 1e300", Double.NaN)).isTrue();
    assertThat(holds("f = 0", -0.0)).isTrue();
    assertThat(holds("f > 1e400", Double.POSITIVE_INFINITY)).isTrue();
    assertThat(holds("f < -1e400", Double.NEGATIVE_INFINITY)).isTrue();
    assertThat(holds("f in (0, 1)", -0.0)).isTrue();
  }

  private static boolean holds(String where, double value) {
    return Conditions.parse(where)
        .holds(Row.of(RowSchema.builder().column("f", ColumnType.DOUBLE).build(), value));
  }

  @ParameterizedTest
  @ValueSource(strings = {"l + 1 > 0", "-2 - l < 0", "l * 2 < 0", "-(-1 - l) > 0"})
  void holds_rejectsWhatExceeds64Bits(String where) {
    RowSchema schema = RowSchema.builder().column("l", ColumnType.LONG).build();

    assertThatThrownBy(() -> Conditions.parse(where).holds(Row.of(schema, Long.MAX_VALUE)))
        .isInstanceOf(RejectedEventException.class)
        .hasMessageContaining("exceeds 64 bits");
    assertThat(Conditions.parse("l - 1 < l").holds(Row.of(schema, Long.MAX_VALUE))).isTrue();
  }

  @Test
  void holds_ordersTextByCodePoint() {
    RowSchema schema = RowSchema.builder().column("t", ColumnType.TEXT).build();

    // In UTF-16 the emoji begins with D83D, below the private use area's E000.
    assertThat(Conditions.parse("t > '\uE000'").holds(Row.of(schema, "\uD83D\uDE00"))).isTrue();
    assertThat(Conditions.parse("t > '\uFFFD'").holds(Row.of(schema, "\uD83D\uDE00"))).isTrue();
    assertThat(Conditions.parse("t < 'a'").holds(Row.of(schema, "Z"))).isTrue();
    assertThat(Conditions.parse("t = 'a\u0308'").holds(Row.of(schema, "\u00e4"))).isFalse();
  }

  @Test
  void holds_rejectsOnlyWhereTheUnreadableFieldDecides() {
    Fields event =
        new Fields() {
          @Override
          public RowSchema schema() {
            return SCHEMA;
          }

          @Override
          public @Nullable Object value(String name) {
            if (name.equals("n")) {
              throw new UnreadableFieldException("n", "it is not a number");
            }
            return EVENT.value(name);
          }
        };

    assertThat(Conditions.parse("n > 1 and i = 8").holds(event)).isFalse();
    assertThat(Conditions.parse("i = 8 and n > 1").holds(event)).isFalse();
    assertThat(Conditions.parse("n > 1 or i = 7").holds(event)).isTrue();
    Condition both = Conditions.all(List.of(Conditions.parse("n > 1"), Conditions.parse("i = 8")));
    assertThat(both.holds(event)).isFalse();
    assertThatThrownBy(() -> Conditions.parse("n > 1 and i = 7").holds(event))
        .isInstanceOf(UnreadableFieldException.class);
    assertThatThrownBy(() -> Conditions.parse("n > 1 and nothing = 1").holds(event))
        .isInstanceOf(UnreadableFieldException.class);
  }

  @Test
  void fields_namedLikeAUnitOfTime_needNoQuotes() {
    RowSchema schema =
        RowSchema.builder()
            .column("day", ColumnType.DATE)
            .column("month", ColumnType.INT)
            .column("ts", ColumnType.TIMESTAMP)
            .build();
    Row row = Row.of(schema, LocalDate.of(2024, 6, 10), 6, Instant.parse("2024-06-10T12:00:00Z"));
    Condition condition =
        Conditions.parse("day >= date '2024-06-10' and month = 6 and DAY(ts, UTC) = day");

    assertThat(condition.fields()).containsExactly("day", "month", "ts");
    assertThat(condition.holds(row)).isTrue();
    assertThatThrownBy(() -> Conditions.parse("Day = date '2024-06-10'"))
        .isInstanceOf(ErrataException.class)
        .hasMessageContaining("Cannot use DAY in the expression");
  }

  @Test
  void typeIn_comparesTheTypeAsText() {
    Condition types = Conditions.typeIn(List.of("pay'ment", "42"), "user.id");

    assertThat(types.holds(EVENT)).isTrue();
    assertThat(types.fields()).containsExactly("user.id");
    assertThat(types.wantedTypes()).containsExactly(Map.entry("user.id", ColumnType.TEXT));
    assertThat(Conditions.typeIn(List.of("refund"), "user.id").holds(EVENT)).isFalse();
  }

  @Test
  void wantedTypes_followWhatFieldsAreComparedWith() {
    Condition condition =
        Conditions.parse(
            "a > 0 and b = 'x' and c < timestamp '2024-06-10 00:00:00' and d = true and e in (1, 2) and f like 'x' and 1.5 >= g"
                + " and h and i = j and k * 2 > 1 and day(l, UTC) = '2024-06-10' and m = date '2024-06-10' and n is null");

    assertThat(condition.wantedTypes())
        .containsOnly(
            Map.entry("a", ColumnType.DECIMAL),
            Map.entry("b", ColumnType.TEXT),
            Map.entry("c", ColumnType.TIMESTAMP),
            Map.entry("d", ColumnType.BOOLEAN),
            Map.entry("e", ColumnType.DECIMAL),
            Map.entry("f", ColumnType.TEXT),
            Map.entry("g", ColumnType.DECIMAL),
            Map.entry("h", ColumnType.BOOLEAN),
            Map.entry("k", ColumnType.DECIMAL),
            Map.entry("l", ColumnType.TIMESTAMP),
            Map.entry("m", ColumnType.DATE));
    assertThat(condition.fields())
        .containsExactly("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n");
  }

  @Test
  void conjuncts_sayWhatEveryWantedEventHas() {
    Condition condition =
        Conditions.all(
            List.of(
                Conditions.parse(
                    "i > 6 and 8 > i and n between 1 and 2 and (t = 'a' or t = 'b') and f = 0.1 and not l = 1"
                        + " and ts >= '2024-06-10' and l in (3, 1, null, 2) and user.id in ('x') and nothing <> 4"
                        + " and d > null and ts > date '2024-06-10'"),
                Conditions.parse("b = true")));

    assertThat(condition.conjuncts(SCHEMA).stream().map(Comparison::toString))
        .containsExactly(
            "i > 6",
            "i < 8",
            "n >= 1",
            "n <= 2",
            "f = 0.1000000000000000055511151231257827021181583404541015625",
            "ts >= 2024-06-10T00:00:00Z",
            "l >= 1",
            "l <= 3",
            "user.id = x",
            "nothing <> 4",
            "b = true");
    assertThat(condition.conjuncts(SCHEMA).get(0).literal()).isEqualTo(new BigDecimal("6"));
  }

  @Test
  void condition_travelsAsItsText() throws IOException, ClassNotFoundException {
    Condition condition =
        Conditions.all(
            List.of(Conditions.typeIn(List.of("42"), "user.id"), Conditions.parse("i = 7")));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(condition);
    }

    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      Condition copy = (Condition) in.readObject();
      assertThat(copy).isEqualTo(condition).hasToString("(\"user\".\"id\" in ('42')) and (i = 7)");
      assertThat(copy.holds(EVENT)).isTrue();
    }
  }
}
