package io.errata.jobs.graph;

import static io.errata.jobs.graph.Fixtures.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.errata.connectors.event.EventRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class EventOrderTest {
  private static final List<EventRecord> ORDERED =
      List.of(
          event("z", "2024-06-10T11:59:59.999999999Z", 9, "u", "w"),
          event("y", "2024-06-10T12:00:00Z", -1, "u", "w"),
          event("", "2024-06-10T12:00:00Z", 0, "u", "w"),
          event("a", "2024-06-10T12:00:00Z", 0, "u", "w"),
          event("a\uFFFD", "2024-06-10T12:00:00Z", 0, "u", "w"),
          event("a\uD83D\uDE00", "2024-06-10T12:00:00Z", 0, "u", "w"),
          event("b", "2024-06-10T12:00:00Z", 0, "u", "w"),
          event("a", "2024-06-10T12:00:00Z", Long.MAX_VALUE, "u", "w"));

  @Test
  void order_isByTimeThenSequenceThenIdByCodePoint() {
    List<EventRecord> shuffled = new ArrayList<>(ORDERED);
    for (int seed = 0; seed < 50; seed++) {
      Collections.shuffle(shuffled, new Random(seed));
      shuffled.sort(EventOrder.TOTAL);
      assertThat(shuffled).containsExactlyElementsOf(ORDERED);
    }
  }

  @Property(tries = 500)
  void order_ofTexts_isThatOfTheirUtf8Bytes(@ForAll List<@Size(max = 6) String> texts) {
    List<String> valid = texts.stream().filter(EventOrderTest::isUnicode).toList();
    for (String left : valid) {
      for (String right : valid) {
        assertThat(Integer.signum(EventOrder.compareText(left, right)))
            .isEqualTo(
                Integer.signum(
                    Arrays.compareUnsigned(
                        left.getBytes(StandardCharsets.UTF_8),
                        right.getBytes(StandardCharsets.UTF_8))));
      }
    }
  }

  private static boolean isUnicode(String text) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }
}
