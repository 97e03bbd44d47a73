package io.errata.state.table.csv;

import io.errata.state.table.LiveTable;
import io.errata.state.table.LiveTableOptions;
import io.errata.state.table.LiveTableProvider;
import java.time.Clock;

/** Opens CSV files by the URL {@code csv:FOLDER}, of which the table's name is a file. */
public final class CsvLiveTableProvider implements LiveTableProvider {
  /** The scheme, to be followed by the folder's path. */
  public static final String SCHEME = CsvFile.SCHEME;

  @Override
  public boolean accepts(String url) {
    return url.startsWith(SCHEME);
  }

  @Override
  public LiveTable open(LiveTableOptions options) {
    return new CsvLiveTable(options, CsvWrite.Steps.UNWATCHED, Clock.systemUTC());
  }
}
