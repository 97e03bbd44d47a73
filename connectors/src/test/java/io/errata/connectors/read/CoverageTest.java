package io.errata.connectors.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.connectors.Gap;
import io.errata.connectors.event.SplitReceipt;
import java.util.List;
import org.junit.jupiter.api.Test;

class CoverageTest {
  private static final ReadSplit SPLIT = new ReadSplit("f#0", "f", 0, 1, 0, 10, 100, "", false);

  private static List<Gap> confirm(SplitReceipt... receipts) {
    return Coverage.confirm(List.of(), List.of(SPLIT), List.of(receipts));
  }

  private static SplitReceipt read(long rows) {
    return new SplitReceipt("f#0", "f", rows, 0, 0, 0, null);
  }

  @Test
  void split_isCoveredByAReceiptOfAllItsRows() {
    assertThat(confirm(read(10))).isEmpty();
    assertThat(confirm(read(10), read(10))).isEmpty();
  }

  @Test
  void split_ofWhichRowsOrTheReceiptAreMissingIsAGap() {
    assertThat(confirm(read(9))).containsExactly(new Gap("f", "9 of 10 rows read"));
    assertThat(confirm()).containsExactly(new Gap("f", "not read to its end: no receipt of f#0"));
    assertThat(confirm(read(10), new SplitReceipt("f#0", "f", 3, 0, 0, 0, "cut off")))
        .containsExactly(new Gap("f", "cut off"));
  }

  @Test
  void gaps_knownBeforeComeFirstAndOnce() {
    Gap known = new Gap("f", "9 of 10 rows read");
    assertThat(Coverage.confirm(List.of(known), List.of(SPLIT), List.of(read(9))))
        .containsExactly(known);
  }
}
