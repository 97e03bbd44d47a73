package io.errata.state.digest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SetDigestTest {
  @Test
  void digest_ofGoldenSets_isAsItAlwaysWas() throws IOException {
    for (JsonNode vector : CanonicalFormVectors.of("SET")) {
      List<Digest> elements = new ArrayList<>();
      vector.get("value").forEach(text -> elements.add(Digest.ofText(text.asText())));
      assertThat(of(elements)).hasToString(vector.get("form").asText());
    }
  }

  @Property(tries = 300)
  void digest_dependsOnTheMultisetAlone(
      @ForAll("elements") List<Digest> elements,
      @ForAll("elements") List<Digest> others,
      @ForAll long seed) {
    List<Digest> shuffled = new ArrayList<>(elements);
    Collections.shuffle(shuffled, new Random(seed));
    assertThat(of(shuffled)).isEqualTo(of(elements));
    assertThat(of(elements).equals(of(others)))
        .isEqualTo(counted(elements).equals(counted(others)));
  }

  @Property(tries = 300)
  void digest_ofPairs_doesNotCancel(
      @ForAll("elements") List<Digest> elements, @ForAll("element") Digest twice) {
    assertThat(of(elements).add(twice).add(twice)).isNotEqualTo(of(elements));
    assertThat(of(elements).add(twice).add(twice).sum()).isNotEqualTo(of(elements).sum());
  }

  @Property(tries = 300)
  void combine_isAddInAnyGrouping(
      @ForAll("elements") List<Digest> elements, @ForAll @IntRange(min = 1, max = 5) int parts) {
    SetDigest combined = SetDigest.EMPTY;
    for (int part = 0; part < parts; part++) {
      List<Digest> some = new ArrayList<>();
      for (int i = part; i < elements.size(); i += parts) {
        some.add(elements.get(i));
      }
      combined = of(some).combine(combined);
    }
    assertThat(combined).isEqualTo(of(elements));
  }

  @Test
  void digest_overTheModulus_wrapsAround() {
    Digest largest = new Digest("f".repeat(64));
    assertThat(SetDigest.EMPTY.add(largest).add(largest)).hasToString("2-" + "f".repeat(63) + "e");
    assertThat(SetDigest.EMPTY.add(largest).combine(SetDigest.EMPTY.add(largest)))
        .hasToString("2-" + "f".repeat(63) + "e");
  }

  @Test
  void digest_outOfRange_isRefused() {
    for (BigInteger sum : List.of(BigInteger.ONE.negate(), BigInteger.ONE.shiftLeft(256))) {
      assertThatThrownBy(() -> new SetDigest(sum, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("Cannot make a set digest");
    }
  }

  @Test
  void element_ofOtherForm_isRefused() {
    for (String hex :
        List.of(
            "",
            "f".repeat(63),
            "F".repeat(64),
            "g".repeat(64),
            "f".repeat(65),
            "\uff11".repeat(64))) {
      assertThatThrownBy(() -> new Digest(hex))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("64 hexadecimal digits");
    }
  }

  private static SetDigest of(List<Digest> elements) {
    SetDigest digest = SetDigest.EMPTY;
    for (Digest element : elements) {
      digest = digest.add(element);
    }
    return digest;
  }

  private static TreeMap<Digest, Integer> counted(List<Digest> elements) {
    TreeMap<Digest, Integer> counts = new TreeMap<>();
    elements.forEach(element -> counts.merge(element, 1, Integer::sum));
    return counts;
  }

  @Provide
  Arbitrary<Digest> element() {
    return Arbitraries.integers().between(0, 4).map(i -> Digest.ofText("element " + i));
  }

  @Provide
  Arbitrary<List<Digest>> elements() {
    return element().list().ofMaxSize(6);
  }
}
