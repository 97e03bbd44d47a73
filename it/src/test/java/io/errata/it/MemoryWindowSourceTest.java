package io.errata.it;

import io.errata.connectors.WindowSource;
import io.errata.connectors.memory.MemoryWindowSource;
import io.errata.testkit.EventStore;
import io.errata.testkit.WindowSourceContract;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The source in memory does what every event source does; it knows of no days. */
class MemoryWindowSourceTest extends WindowSourceContract {
  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .build());

  @Override
  protected EventStore openStore() {
    return new EventStore() {
      @Override
      public WindowSource source(List<Part> parts, List<LocalDate> days) {
        return new MemoryWindowSource(
            parts.stream()
                .map(part -> part.rows().stream().map(MemoryWindowSourceTest::complete).toList())
                .toList());
      }

      @Override
      public boolean knowsDays() {
        return false;
      }
    };
  }

  /** With null for each field that is missing: memory knows fields by their being named. */
  private static Map<String, Object> complete(Map<String, Object> row) {
    Map<String, Object> all = new HashMap<>(row);
    EventStore.FIELDS.forEach(field -> all.putIfAbsent(field.path(), null));
    return all;
  }
}
