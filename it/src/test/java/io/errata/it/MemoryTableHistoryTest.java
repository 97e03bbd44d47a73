package io.errata.it;

import io.errata.testkit.LiveStore;
import io.errata.testkit.LiveTableHistory;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The table in memory keeps to the model of any history. */
class MemoryTableHistoryTest extends LiveTableHistory {
  @Override
  protected LiveStore openStore() {
    return new MemoryLiveTableTest.MemoryLiveStore();
  }

  @Property(tries = 400)
  void anyHistory_keepsLaterWritesAndCanBeUndone(@ForAll("histories") List<Step> steps)
      throws Exception {
    take(steps);
  }
}
