package io.errata.state.table.memory;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.state.table.LiveTable;
import io.errata.state.table.LiveTableOptions;
import io.errata.state.table.LiveTableProvider;
import io.errata.state.table.LoadLimits;

/** Opens tables of a {@link MemoryStore} by the URL {@code memory:NAME}. */
public final class MemoryLiveTableProvider implements LiveTableProvider {
  static final String SCHEME = "memory:";

  @Override
  public boolean accepts(String url) {
    return url.startsWith(SCHEME);
  }

  @Override
  public LiveTable open(LiveTableOptions options) {
    MemoryStore store =
        MemoryStore.find(options.url().substring(SCHEME.length()))
            .orElseThrow(
                () ->
                    new ErrataException(
                        ErrorCode.UNAVAILABLE,
                        "Cannot open " + options.url() + ": there is no such store in this process",
                        "Memory tables are for tests; use a URL that begins with jdbc:postgresql: in table.jdbc.url."));
    if (!options.load().isNone()) {
      throw new ErrataException(
          ErrorCode.INVALID_SPEC,
          "Cannot open " + options.url() + ": nobody can tell how busy a table in memory is",
          "Leave " + LoadLimits.LAG + " and " + LoadLimits.SESSIONS + " out.");
    }
    return new MemoryLiveTable(store, options);
  }
}
