package io.errata.state.digest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.errata.api.Bytes;
import io.errata.api.Column;
import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Row;
import io.errata.api.RowSchema;
import io.errata.state.table.Image;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CanonicalFormTest {
  @Test
  void form_ofGoldenValues_isAsItAlwaysWas() throws IOException {
    Set<ColumnType> seen = EnumSet.noneOf(ColumnType.class);
    for (ColumnType type : ColumnType.values()) {
      for (JsonNode vector : CanonicalFormVectors.of(type.name())) {
        StringBuilder form = new StringBuilder();
        CanonicalForm.append(form, "c", CanonicalFormVectors.value(type, vector.get("value")));
        assertGolden(form.toString(), vector);
        seen.add(type);
      }
    }
    assertThat(seen).containsExactly(ColumnType.values());
  }

  @Test
  void form_ofGoldenRows_isAsItAlwaysWas() throws IOException {
    List<JsonNode> vectors = CanonicalFormVectors.of("ROW");
    for (JsonNode vector : vectors) {
      assertGolden(CanonicalForm.of(CanonicalFormVectors.row(vector.get("value"))), vector);
    }
    // Scale is the only thing in which any two of them are the same.
    assertThat(vectors.stream().map(v -> v.get("form").asText()).distinct().count())
        .isEqualTo(vectors.size() - 1);
  }

  @Test
  void digest_ofGoldenImages_isAsItAlwaysWas() throws IOException {
    List<JsonNode> vectors = CanonicalFormVectors.of("IMAGE");
    for (JsonNode vector : vectors) {
      List<@Nullable String> texts = new ArrayList<>();
      vector.get("value").forEach(text -> texts.add(text.isNull() ? null : text.asText()));
      assertThat(new Image(texts).digest().hex()).isEqualTo(vector.get("sha256").asText());
    }
    assertThat(vectors.stream().map(v -> v.get("form").asText())).doesNotHaveDuplicates();
  }

  @Property(tries = 500)
  void form_isInjective(@ForAll("rows") Row left, @ForAll("rows") Row right) {
    assertThat(CanonicalForm.of(left).equals(CanonicalForm.of(right)))
        .isEqualTo(equivalent(left, right));
  }

  /** Random rows hardly ever differ by little; these do. */
  @Property(tries = 500)
  void form_ofTextsCutElsewhere_isAnother(
      @ForAll("awkward") String text,
      @ForAll @IntRange(max = 20) int one,
      @ForAll @IntRange(max = 20) int other) {
    String first = cut(text, one);
    String second = cut(text, other);
    assertThat(first.equals(second))
        .isEqualTo(Math.min(one, text.length()) == Math.min(other, text.length()));
  }

  @Test
  void form_ofNullAndOfWhatIsEmptyOrZero_isAnotherForEach() {
    assertThat(Stream.of(null, "", Bytes.of(new byte[0]), 0, BigDecimal.ZERO, 0.0, false))
        .extracting(CanonicalFormTest::form)
        .doesNotHaveDuplicates();
  }

  @Property(tries = 300)
  void form_canBeReadBack(@ForAll("rows") Row row) {
    List<String> forms = new ArrayList<>();
    String form = CanonicalForm.of(row);
    while (!form.isEmpty()) {
      int end = end(form);
      forms.add(form.substring(0, end));
      form = form.substring(end);
    }
    assertThat(forms).hasSize(row.schema().size());
    for (int i = 0; i < forms.size(); i++) {
      assertThat(forms.get(i)).isEqualTo(form(row.value(i)));
    }
  }

  @Property
  void form_ofDecimals_isByValueAndNotByScale(
      @ForAll BigInteger unscaled,
      @ForAll @IntRange(min = -40, max = 60) int scale,
      @ForAll @IntRange(max = 30) int zeros) {
    BigDecimal decimal = new BigDecimal(unscaled, scale);
    assertThat(form(decimal.setScale(scale + zeros))).isEqualTo(form(decimal));
    BigDecimal next = decimal.add(new BigDecimal(BigInteger.ONE, scale + zeros));
    assertThat(form(next)).isNotEqualTo(form(decimal));
    assertThat(new BigDecimal(form(decimal).substring(1).replace(";", "")))
        .isEqualByComparingTo(decimal);
  }

  @Property
  void form_ofDoubles_isExact(@ForAll long left, @ForAll long right) {
    double one = Double.longBitsToDouble(left);
    double other = Double.longBitsToDouble(right);
    boolean same = one == other || (Double.isNaN(one) && Double.isNaN(other));
    assertThat(form(one).equals(form(other))).isEqualTo(same);
    assertThat(Double.longBitsToDouble(Long.parseUnsignedLong(form(one).substring(1, 17), 16)))
        .isEqualTo(Double.valueOf(one == 0 ? 0.0 : one));
  }

  @Test
  void form_ofEveryNaN_isOne() {
    assertThat(form(Double.longBitsToDouble(0xfff8000000000001L))).isEqualTo("f7ff8000000000000;");
    assertThat(form(Double.longBitsToDouble(0x7ff0000000000001L))).isEqualTo("f7ff8000000000000;");
  }

  @Test
  void form_ofIntAndLong_isOne() {
    assertThat(form(7)).isEqualTo(form(7L)).isNotEqualTo(form(new BigDecimal(7)));
  }

  @Test
  void form_ofUnpairedSurrogate_isRefused() {
    for (String text : List.of("\ud83d", "a\ude00", "\ude00\ud83d", "\ud83d\ud83d\ude00")) {
      assertInvalid(text, "unpaired surrogate");
    }
  }

  @Test
  void form_ofNumberThatWouldFillTheMemory_isRefused() {
    assertInvalid(new BigDecimal("1E+999999999"), "too many digits");
    assertInvalid(new BigDecimal("-1E-999999999"), "too many digits");
    assertInvalid(new BigDecimal("1E+131072"), "too many digits");
    assertInvalid(new BigDecimal("1E-16384"), "too many digits");
    assertThat(form(new BigDecimal("1E+131071"))).hasSize(131_074);
    assertThat(form(new BigDecimal("1E-16383"))).endsWith("01;");
    assertThat(form(new BigDecimal("0E+999999999"))).isEqualTo("n0;");
  }

  @Test
  void form_ofNamedColumns_isInTheOrderOfTheNames() {
    Row row =
        Row.of(
            RowSchema.builder().column("a", ColumnType.INT).column("b", ColumnType.TEXT).build(),
            1,
            "x");
    assertThat(CanonicalForm.of(row, List.of("b", "a"))).isEqualTo("t1:xi1;");
    assertThat(CanonicalForm.of(row)).isEqualTo("i1;t1:x");
  }

  private static void assertGolden(String form, JsonNode vector) {
    assertThat(form).as(vector.toString()).isEqualTo(vector.get("form").asText());
    assertThat(Digest.ofText(form).hex())
        .as(vector.toString())
        .isEqualTo(vector.get("sha256").asText());
  }

  private static void assertInvalid(Object value, String message) {
    assertThatThrownBy(() -> form(value))
        .isInstanceOf(ErrataException.class)
        .hasMessageContaining("Cannot form c")
        .hasMessageContaining(message)
        .extracting(e -> ((ErrataException) e).code())
        .isEqualTo(ErrorCode.INVALID_VALUE);
  }

  private static String form(@Nullable Object value) {
    StringBuilder form = new StringBuilder();
    CanonicalForm.append(form, "c", value);
    return form.toString();
  }

  private static String cut(String text, int at) {
    int place = Math.min(at, text.length());
    return form(text.substring(0, place)) + form(text.substring(place));
  }

  /** Where the first value's form ends: what makes that the whole is injective. */
  private static int end(String form) {
    return switch (form.charAt(0)) {
      case '~' -> 1;
      case 'b' -> 2;
      case 'u' -> 37;
      case 't' -> {
        int colon = form.indexOf(':');
        int bytes = Integer.parseInt(form.substring(1, colon));
        int end = colon + 1;
        while (bytes > 0) {
          int c = form.codePointAt(end);
          bytes -=
              new String(Character.toChars(c))
                  .getBytes(java.nio.charset.StandardCharsets.UTF_8)
                  .length;
          end += Character.charCount(c);
        }
        yield end;
      }
      default -> form.indexOf(';') + 1;
    };
  }

  /** Equal as the words of the documentation have it. */
  private static boolean equivalent(Row left, Row right) {
    if (left.schema().size() != right.schema().size()) {
      return false;
    }
    for (int i = 0; i < left.schema().size(); i++) {
      if (!equivalent(left.value(i), right.value(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean equivalent(@Nullable Object left, @Nullable Object right) {
    if (left == null || right == null) {
      return left == right;
    }
    if (left instanceof BigDecimal one && right instanceof BigDecimal other) {
      return one.compareTo(other) == 0;
    }
    if (left instanceof Double one && right instanceof Double other) {
      return one.doubleValue() == other.doubleValue() || (one.isNaN() && other.isNaN());
    }
    if ((left instanceof Integer || left instanceof Long)
        && (right instanceof Integer || right instanceof Long)) {
      return ((Number) left).longValue() == ((Number) right).longValue();
    }
    return left.equals(right);
  }

  @Provide
  Arbitrary<String> awkward() {
    return Arbitraries.strings().withChars("t1:2;~b0-,\n'a").ofMinLength(1).ofMaxLength(20);
  }

  @Provide
  Arbitrary<Row> rows() {
    Arbitrary<Object> value =
        Arbitraries.oneOf(
            Arbitraries.of(true, false).asGeneric(),
            Arbitraries.integers().between(-2, 12).asGeneric(),
            Arbitraries.longs().between(-2, 12).asGeneric(),
            Combinators.combine(
                    Arbitraries.bigIntegers()
                        .between(BigInteger.valueOf(-20), BigInteger.valueOf(20)),
                    Arbitraries.integers().between(-1, 3))
                .as(BigDecimal::new)
                .asGeneric(),
            Arbitraries.of(0.0, -0.0, 1.0, Double.NaN, 0.1, Double.MIN_VALUE).asGeneric(),
            Arbitraries.of("", "1", "-1", "i1;", "~", "t1:a", "12", "😀", "é", "e\u0301", "\n")
                .asGeneric(),
            Arbitraries.bytes().array(byte[].class).ofMaxSize(2).map(Bytes::of).asGeneric(),
            Arbitraries.longs().between(-2, 2).map(LocalDate::ofEpochDay).asGeneric(),
            Arbitraries.longs().between(-2, 2).map(Instant::ofEpochSecond).asGeneric(),
            Arbitraries.longs().between(0, 2).map(low -> new UUID(0, low)).asGeneric());
    return value
        .injectNull(0.15)
        .list()
        .ofMaxSize(4)
        .map(
            values -> {
              List<Column> columns = new ArrayList<>();
              for (Object each : values) {
                columns.add(new Column("c" + columns.size(), type(each)));
              }
              return Row.ofList(RowSchema.of(columns), values);
            });
  }

  private static ColumnType type(@Nullable Object value) {
    for (ColumnType type : ColumnType.values()) {
      if (type.javaType().isInstance(value)) {
        return type;
      }
    }
    return ColumnType.TEXT;
  }
}
