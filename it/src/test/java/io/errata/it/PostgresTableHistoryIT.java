package io.errata.it;

import io.errata.testkit.LiveStore;
import io.errata.testkit.LiveTableHistory;
import io.errata.testkit.PostgresServer;
import io.errata.testkit.PostgresStore;
import io.errata.testkit.StoredTable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** A table of a real server keeps to the model of any history. */
class PostgresTableHistoryIT extends LiveTableHistory {
  private static final String DATABASE = PostgresServer.shared().createDatabase();

  @Override
  protected LiveStore openStore() {
    return PostgresStore.open(PostgresServer.shared(), DATABASE);
  }

  /** The transaction that wrote a row last, and where: a row that is written again has another. */
  @Override
  protected Map<String, String> writes(LiveStore store, StoredTable table) {
    Map<String, String> writes = new TreeMap<>();
    for (String row :
        ((PostgresStore) store)
            .read("SELECT \"user\" || ' ' || xmin || ' ' || ctid FROM public." + table.name())) {
      writes.put(row.substring(0, row.indexOf(' ')), row);
    }
    return writes;
  }

  @Property(tries = 40)
  void anyHistory_keepsLaterWritesAndCanBeUndone(@ForAll("histories") List<Step> steps)
      throws Exception {
    take(steps);
  }
}
