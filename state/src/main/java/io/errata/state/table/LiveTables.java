package io.errata.state.table;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.util.ServiceLoader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the provider of a live table. */
public final class LiveTables {
  private static final Pattern SCHEME =
      Pattern.compile("jdbc:[a-z0-9+.-]+:|[a-z][a-z0-9+.-]*:(?=//)");

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
    // Nothing but the scheme: all of it may come from a variable that holds something else.
    Matcher scheme = SCHEME.matcher(options.url());
    throw new ErrataException(
        ErrorCode.INVALID_SPEC,
        "Cannot open the live table: no store is known for "
            + (scheme.lookingAt() ? scheme.group() : "its URL"),
        "Use a URL that begins with jdbc:postgresql: in table.jdbc.url, or name a CSV file in"
            + " table.csv.path instead.");
  }
}
