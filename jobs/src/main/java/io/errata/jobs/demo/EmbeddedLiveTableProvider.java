package io.errata.jobs.demo;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.state.table.LiveTable;
import io.errata.state.table.LiveTableOptions;
import io.errata.state.table.LiveTableProvider;
import io.errata.state.table.LiveTables;
import java.nio.file.Path;

/**
 * Opens live tables at {@code embedded:FOLDER}: those of a PostgreSQL that runs only as long as
 * somebody has one open. User and password of the options don't count.
 */
public final class EmbeddedLiveTableProvider implements LiveTableProvider {
  /** What its URLs begin with. */
  public static final String SCHEME = "embedded:";

  @Override
  public boolean accepts(String url) {
    return url.startsWith(SCHEME);
  }

  @Override
  public LiveTable open(LiveTableOptions options) {
    String folder = options.url().substring(SCHEME.length());
    if (folder.isBlank()) {
      throw new ErrataException(
          ErrorCode.INVALID_SPEC,
          "Cannot open the embedded database: the URL names no folder",
          "Write embedded:FOLDER in table.jdbc.url.");
    }
    EmbeddedDatabase database = EmbeddedDatabase.open(Path.of(folder));
    try {
      return new EmbeddedLiveTable(LiveTables.open(at(database, options)), database);
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  private static LiveTableOptions at(EmbeddedDatabase database, LiveTableOptions options) {
    return new LiveTableOptions(
            database.url(),
            database.user(),
            database.password(),
            options.name(),
            options.key(),
            options.compare(),
            options.owns(),
            options.set(),
            options.lockTimeout(),
            options.statementTimeout())
        .withLoad(options.load());
  }
}
