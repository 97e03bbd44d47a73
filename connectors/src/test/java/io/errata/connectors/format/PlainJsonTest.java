package io.errata.connectors.format;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.errata.api.ColumnType;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.connectors.event.LazyValue;
import io.errata.connectors.read.FieldPlan;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is taken without Jackson is what Jackson would have given. */
class PlainJsonTest {
  private static final List<String> WANTED = List.of("id", "ts", "amount", "rate", "in.x", "ok");

  private static final FieldPlan PLAN =
      new FieldPlan(
          new EventSchema(
              "id",
              "ts",
              TimeUnit.MILLIS,
              null,
              null,
              List.of(),
              List.of(
                  new EventField("amount", ColumnType.DECIMAL),
                  new EventField("rate", ColumnType.DOUBLE),
                  new EventField("in.x", ColumnType.TEXT),
                  new EventField("ok", ColumnType.BOOLEAN))));

  // It remembers where names were in the objects before.
  private final JsonPaths paths = JsonPaths.of(WANTED);
  private final JsonObjectParser parser = new JsonObjectParser(PLAN, WANTED);
  private final @Nullable Object[] values = new @Nullable Object[WANTED.size()];

  /** Whether it is taken; then its values are there, which have to be those of Jackson. */
  private boolean isTaken(byte[] json) {
    // Not from where its array begins, nor to where that ends.
    byte[] piece = new byte[json.length + 11];
    Arrays.fill(piece, (byte) '1');
    System.arraycopy(json, 0, piece, 5, json.length);
    Arrays.fill(values, null);
    boolean[] doubleOnly = new boolean[values.length];
    doubleOnly[WANTED.indexOf("rate")] = true;
    PlainJson plain = new PlainJson(paths, doubleOnly, values, new boolean[values.length]);
    boolean taken = plain.take(piece, 5, json.length);
    // What they stand for.
    Arrays.setAll(values, i -> values[i] instanceof LazyValue lazy ? lazy.value() : values[i]);
    @Nullable String problem = parser.parseAny(piece, 5, json.length);
    if (taken) {
      String text = new String(json, ISO_8859_1);
      assertThat(problem).as(text).isNull();
      assertThat(values).as(text).isEqualTo(parser.values());
    }
    return taken;
  }

  private static final String[] USUAL = {
    "{}",
    " {\t\"id\" : \"e1\" ,\r\n\"ts\":1718000000000}\n",
    "{\"id\":\"e1\",\"ts\":1718000000000,\"amount\":12.50,\"rate\":0.1,\"ok\":true,\"in\":{\"x\":\"y\"}}",
    "{\"ok\":false,\"amount\":null,\"ts\":-0,\"rate\":-0,\"id\":\"\"}",
    "{\"amount\":-0.00,\"rate\":-0.0,\"ts\":-7,\"id\":123456789012345678}",
    "{\"id\":\"caf\u00e9 \u65e5\u672c \ud83d\ude00\",\"note\":\"\u00fc\u65e5\ud83d\ude00 and more than eight\"}",
    "{\"note\":\"a \\\"quoted\\\" \\\\ \\/ \\b\\f\\n\\r\\t \\u00e9 \\uD83D\\ude00\",\"id\":\"e1\"}",
    "{\"note\":\"half \\ud83d of a pair\",\"id\":\"e1\"}",
    "{\"a\":[],\"b\":{},\"c\":[1,-2.5e-3,1E+9,[true,false,null],{\"id\":\"not this\"}],\"id\":\"e1\"}",
    "{\"in\":{\"y\":1,\"x\":\"first\",\"z\":[{}]},\"id\":\"e1\"}",
    "{\"in\":{},\"in\":{\"x\":\"of the second\"},\"note\":1,\"note\":2}",
    "{\"idd\":1,\"i\":2,\"\":3,\"ix\":4,\"di\":5,\"id\":\"e1\",\"amounts\":9,\"amoant\":8}",
    "{\"note\":\"sixteen letters!sixteen letters!\",\"id\":\"sixteen letters!x\u007f\"}",
  };

  static Stream<String> usual() {
    return Arrays.stream(USUAL);
  }

  @ParameterizedTest
  @MethodSource("usual")
  void usualObject_isTakenAsJacksonReadsIt(String json) {
    assertThat(isTaken(json.getBytes(UTF_8))).isTrue();
  }

  @Test
  void values_areExact() {
    assertThat(isTaken(USUAL[2].getBytes(UTF_8))).isTrue();
    assertThat(values)
        .containsExactly("e1", 1_718_000_000_000L, new BigDecimal("12.50"), 0.1, "y", true);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "1",
        "[]",
        "{",
        "{\"id\"",
        "{\"id\":",
        "{\"id\":}",
        "{\"id\":\"e1\"",
        "{\"id\":\"e1\",",
        "{\"id\":\"e1\",}",
        "{\"id\":\"e1\"}}",
        "{\"id\":\"e1\"}1",
        "{\"id\":\"e1\" \"ts\":1}",
        "{\"id\" \"e1\"}",
        "{id:\"e1\"}",
        "{,}",
        "{\"note\":\"e1}",
        "{\"note\":\"new\nline\"}",
        "{\"note\":\"sixteen letters\u0000!\"}",
        "{\"note\":\"\\x\"}",
        "{\"note\":\"\\u12g4\"}",
        "{\"note\":\"\\u12",
        "{\"note\":\"\\",
        "{\"note\":01}",
        "{\"note\":-}",
        "{\"note\":+1}",
        "{\"note\":.5}",
        "{\"note\":1.}",
        "{\"note\":1e}",
        "{\"note\":1e+}",
        "{\"note\":1 2}",
        "{\"note\":0x10}",
        "{\"note\":NaN}",
        "{\"note\":tru}",
        "{\"note\":truex}",
        "{\"note\":nul",
        "{\"note\":'text'}",
        "{\"note\":[1,]}",
        "{\"note\":[,1]}",
        "{\"note\":[1}",
        "{\"note\":{\"a\":1]}",
        "{\"note\":{\"a\"}}",
        "{\"note\":{1:2}}",
        "{\"note\":[1 /* one */]}",
        "{\"ts\":01}",
        "{\"ts\":-}",
        "{\"ts\":1.}",
        "{\"id\":\"new\nline\"}",
      })
  void whatIsNoJson_isNotTaken_andHasAReason(String json) {
    assertThat(isTaken(json.getBytes(UTF_8))).isFalse();
    byte[] bytes = json.getBytes(UTF_8);
    assertThat(parser.parse(bytes, 0, bytes.length)).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"note", "id"})
  void textThatIsNotUtf8_isNotTaken(String field) {
    for (String broken : List.of("\u00e9", "\u00c0\u00af", "\u00ed\u00a0\u0080", "\u00f5xxx")) {
      byte[] json = ("{\"" + field + "\":\"" + broken + "\"}").getBytes(ISO_8859_1);
      assertThat(isTaken(json)).isFalse();
      assertThat(parser.parse(json, 0, json.length)).isEqualTo("text that is not UTF-8");
    }
  }

  /** It is one of another kind for the one who reads it: nothing is guessed. */
  @Test
  void fieldThatIsThereTwice_isRefused() {
    byte[] json = "{\"id\":\"e1\",\"note\":1,\"id\":\"e1\"}".getBytes(UTF_8);
    assertThat(isTaken(json)).isFalse();
    assertThat(parser.parse(json, 0, json.length)).isEqualTo("a field is there twice");
    byte[] inside = "{\"in\":{\"x\":\"1\"},\"in\":{\"x\":\"2\"}}".getBytes(UTF_8);
    assertThat(isTaken(inside)).isFalse();
    assertThat(parser.parse(inside, 0, inside.length)).isEqualTo("a field is there twice");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"amount\":1e3,\"id\":\"e1\"}",
        "{\"amount\":1234567890123456789,\"id\":\"e1\"}",
        "{\"id\":\"a\\nb\"}",
        "{\"in\":null,\"id\":\"e1\"}",
        "{\"in\":7,\"id\":\"e1\"}",
        "{\"id\":{\"a\":1}}",
        "{\"amount\":[1],\"id\":\"e1\"}",
        "{\"i\\u0064\":\"e1\"}",
        "{\"gr\u00f6\u00dfe\":1,\"id\":\"e1\"}",
      })
  void whatIsRare_isLeftToJackson(String json) {
    byte[] bytes = json.getBytes(UTF_8);
    assertThat(isTaken(bytes)).isFalse();
    assertThat(parser.parse(bytes, 0, bytes.length)).isNull();
    assertThat(parser.values()[0]).isNotNull();
  }

  /** What was taken of an object before it turned out not to be usual must not stay. */
  @Test
  void values_ofAnObjectThatIsLeft_areJacksonsAlone() {
    byte[] json = "{\"amount\":1e3,\"id\":\"e1\"}".getBytes(UTF_8);
    assertThat(parser.parse(json, 0, json.length)).isNull();
    assertThat(parser.values())
        .containsExactly("e1", null, new BigDecimal("1E+3"), null, null, null);
    byte[] broken = "{\"id\":\"e2\",\"amount\":5".getBytes(UTF_8);
    assertThat(parser.parse(broken, 0, broken.length)).isEqualTo("not JSON");
  }

  /** Usual objects, changed here and there: hardly any of them is JSON still. */
  @Test
  void changedObjects_areTakenOnlyAsJacksonReadsThem() {
    byte[] alphabet =
        "{}[]\",:\\u0019.eE+-truefalsn /\n\u0000\u001f\u00e9\u0080".getBytes(ISO_8859_1);
    SplittableRandom random = new SplittableRandom(20_261_122);
    int taken = 0;
    for (int i = 0; i < 60_000; i++) {
      byte[] json = USUAL[random.nextInt(USUAL.length)].getBytes(UTF_8);
      for (int changes = random.nextInt(1, 4); changes > 0 && json.length > 1; changes--) {
        int at = random.nextInt(json.length);
        byte with = alphabet[random.nextInt(alphabet.length)];
        switch (random.nextInt(3)) {
          case 0 -> json[at] = with;
          case 1 -> {
            byte[] longer = Arrays.copyOf(json, json.length + 1);
            System.arraycopy(json, at, longer, at + 1, json.length - at);
            longer[at] = with;
            json = longer;
          }
          default -> {
            System.arraycopy(json, at + 1, json, at, json.length - at - 1);
            json = Arrays.copyOf(json, json.length - 1);
          }
        }
      }
      taken += isTaken(json) ? 1 : 0;
    }
    assertThat(taken).isBetween(3_000, 57_000);
  }

  /** What is remembered of one object is of no other. */
  @Test
  void names_mayBeInAnotherOrderInEachObject() {
    List<String> members =
        List.of(
            "\"id\":\"e1\"",
            "\"ts\": 7",
            "\"ix\":[1]",
            "\"amount\":1.5",
            "\"in\":{\"x\":\"y\"}",
            "\"i\":null",
            "\"a name of more than sixteen letters\":1",
            "\"ok\":true");
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 2_000; i++) {
      List<String> some = new ArrayList<>();
      for (String member : members) {
        if (random.nextInt(4) > 0) {
          some.add(random.nextInt(some.size() + 1), member);
        }
      }
      assertThat(isTaken(("{" + String.join(",", some) + "}").getBytes(UTF_8))).isTrue();
    }
  }
}
