package io.errata.state.plan;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads files of one kind one behind the other, and sees that each has as many rows as the manifest
 * says.
 */
final class EntryFiles<S, T> implements EntryReader<T> {
  private final PlanStorage storage;
  private final String prefix;
  private final Iterator<PlanFile> files;
  private final EntryFormat<S> format;
  private final Function<S, T> entry;
  private @Nullable PlanFile file;
  private @Nullable EntryFileReader<S> reader;
  private long rows;

  EntryFiles(
      PlanStorage storage,
      String prefix,
      List<PlanFile> files,
      EntryFormat<S> format,
      Function<S, T> entry) {
    this.storage = storage;
    this.prefix = prefix;
    this.files = files.iterator();
    this.format = format;
    this.entry = entry;
  }

  @Override
  public Optional<T> next() {
    while (true) {
      if (reader == null) {
        if (!files.hasNext()) {
          return Optional.empty();
        }
        file = files.next();
        rows = 0;
        reader = EntryFileReader.open(storage, prefix + file.path(), format);
      }
      Optional<S> next = reader.next();
      if (next.isPresent()) {
        rows++;
        return next.map(entry);
      }
      close();
      if (rows != file.rows()) {
        throw InvalidPlan.of(
            "Cannot read "
                + file.path()
                + " of the plan: it has "
                + rows
                + " rows (the manifest says "
                + file.rows()
                + ")");
      }
    }
  }

  @Override
  public void close() {
    if (reader != null) {
      reader.close();
      reader = null;
    }
  }
}
