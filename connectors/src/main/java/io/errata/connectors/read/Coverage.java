package io.errata.connectors.read;

import io.errata.connectors.Gap;
import io.errata.connectors.event.SplitReceipt;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Compares what was read with what was to be read. */
public final class Coverage {
  private Coverage() {}

  /**
   * Finds what is missing.
   *
   * @param known gaps from before anything was read
   * @param splits that were to be read
   * @param receipts in any order; of two for one split, both must be whole
   * @return the known gaps, then those of splits in the order of the splits; each once
   */
  public static List<Gap> confirm(
      List<Gap> known, List<ReadSplit> splits, List<SplitReceipt> receipts) {
    Map<String, List<SplitReceipt>> bySplit = new LinkedHashMap<>();
    for (SplitReceipt receipt : receipts) {
      bySplit.computeIfAbsent(receipt.split(), absent -> new ArrayList<>()).add(receipt);
    }
    Set<Gap> gaps = new LinkedHashSet<>(known);
    for (ReadSplit split : splits) {
      List<SplitReceipt> given = bySplit.getOrDefault(split.splitId(), List.of());
      if (given.isEmpty()) {
        gaps.add(new Gap(split.input(), "not read to its end: no receipt of " + split.splitId()));
      }
      for (SplitReceipt receipt : given) {
        if (receipt.gap() != null) {
          gaps.add(new Gap(split.input(), receipt.gap()));
        } else if (split.rows() >= 0 && receipt.accounted() != split.rows()) {
          gaps.add(
              new Gap(split.input(), receipt.accounted() + " of " + split.rows() + " rows read"));
        }
      }
    }
    return List.copyOf(gaps);
  }
}
