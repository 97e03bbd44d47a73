package io.errata.state.table;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.util.ServiceLoader;

/** Finds the provider of a live table. */
public final class LiveTables {
  private LiveTables() {}

  /**
   * Connects to the live table of some options.
   *
   * @throws ErrataException INVALID_SPEC where no provider knows the URL's scheme, and as {@link
   *     LiveTableProvider#open}
   */
  public static LiveTable open(LiveTableOptions options) {
    for (LiveTableProvider provider :
        ServiceLoader.load(LiveTableProvider.class, LiveTables.class.getClassLoader())) {
      if (provider.accepts(options.url())) {
        return provider.open(options);
      }
    }
    String scheme = options.url().replaceAll("^((?:jdbc:)?[A-Za-z0-9+.-]*:).*", "$1");
    throw new ErrataException(
        ErrorCode.INVALID_SPEC,
        "Cannot open the live table: no store is known for " + scheme,
        "Use a URL that begins with jdbc:postgresql: in table.jdbc.url.");
  }
}
