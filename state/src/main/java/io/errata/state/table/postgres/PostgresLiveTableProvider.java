package io.errata.state.table.postgres;

import io.errata.state.table.LiveTable;
import io.errata.state.table.LiveTableOptions;
import io.errata.state.table.LiveTableProvider;

/** Opens live tables at URLs that begin with {@code jdbc:postgresql:}. */
public final class PostgresLiveTableProvider implements LiveTableProvider {
  @Override
  public boolean accepts(String url) {
    return url.startsWith("jdbc:postgresql:");
  }

  @Override
  public LiveTable open(LiveTableOptions options) {
    return PostgresLiveTable.open(options);
  }
}
