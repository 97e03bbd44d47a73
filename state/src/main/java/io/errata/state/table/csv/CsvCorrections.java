package io.errata.state.table.csv;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Row;
import io.errata.state.plan.Correction;
import io.errata.state.plan.CorrectionReader;
import io.errata.state.plan.CorrectionSource;
import io.errata.state.table.CsvOptions;
import io.errata.state.table.Image;
import io.errata.state.table.LiveTableOptions;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableDescription;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The corrections of a plan as a CSV file, for people and for scripts. Its columns are {@code
 * correction} (insert, update or delete), the key, the compared columns as they are going to be
 * (nothing for a delete), and the same with {@code _before} after their names as they are (nothing
 * for an insert). Rows are in the order of their keys. Not thread-safe.
 */
public final class CsvCorrections {
  private static final String CORRECTION = "correction";
  private static final String BEFORE = "_before";
  private static final String DRAFT = ".errata-draft";

  private final Path path;
  private final TableDescription table;
  private final char delimiter;

  private CsvCorrections(Path path, TableDescription table, char delimiter) {
    this.path = path;
    this.table = table;
    this.delimiter = delimiter;
  }

  /**
   * The file that the options name, or empty where they name none.
   *
   * @throws ErrataException INVALID_SPEC where two columns of it would have one name
   */
  public static Optional<CsvCorrections> of(LiveTableOptions options, TableDescription table) {
    Optional<String> path = options.csvOptions().map(CsvOptions::corrections);
    if (path.isEmpty()) {
      return Optional.empty();
    }
    CsvCorrections list =
        new CsvCorrections(
            Path.of(path.get()), table, options.csvOptions().orElseThrow().delimiter());
    Set<String> names = new HashSet<>();
    for (String name : list.names()) {
      if (!names.add(name)) {
        throw new ErrataException(
            ErrorCode.INVALID_SPEC,
            "Cannot list the corrections of "
                + table.name()
                + ": two columns would be called "
                + name,
            "Remove table.csv.corrections, or call the table's column otherwise.");
      }
    }
    return Optional.of(list);
  }

  private List<String> names() {
    List<String> names = new ArrayList<>();
    names.add(CORRECTION);
    names.addAll(table.key());
    names.addAll(table.compare());
    table.compare().forEach(name -> names.add(name + BEFORE));
    return names;
  }

  /**
   * Takes away a list of another plan, where the options name one, so that nobody takes it for the
   * next one's.
   *
   * @throws ErrataException INVALID_SPEC where the file there is something else, which is left
   */
  public static void removeOld(LiveTableOptions options) {
    Optional<Path> path = options.csvOptions().map(CsvOptions::corrections).map(Path::of);
    if (path.isPresent()) {
      removeOld(path.get());
    }
  }

  private static void removeOld(Path path) {
    try {
      if (!Files.exists(path)) {
        return;
      }
      if (!isList(path)) {
        throw new ErrataException(
            ErrorCode.INVALID_SPEC,
            "Cannot list the corrections in "
                + path
                + ": there is something that is no list of corrections",
            "Name another file in table.csv.corrections, or move that one away.");
      }
      Files.delete(path);
    } catch (IOException e) {
      throw CsvErrors.failed("Cannot replace " + path, e);
    }
  }

  private static boolean isList(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      return false;
    }
    char[] start = new char[CORRECTION.length() + 1];
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(Files.newInputStream(path), StandardCharsets.ISO_8859_1))) {
      int length = in.read(start);
      return length < 0 || new String(start, 0, length).matches(CORRECTION + "[^A-Za-z0-9_ ]");
    }
  }

  /**
   * Writes the file: beside its place first, and then there as a whole.
   *
   * @throws ErrataException UNAVAILABLE or FORBIDDEN where the file system fails
   */
  public void write(CorrectionSource corrections) {
    List<Correction> sorted = new ArrayList<>();
    try (CorrectionReader reader = corrections.open()) {
      for (Optional<Correction> next = reader.next(); next.isPresent(); next = reader.next()) {
        sorted.add(next.get());
      }
    }
    sorted.sort(Comparator.comparing(correction -> correction.key(table.key()), new KeyOrder()));
    Path draft =
        path.resolveSibling("." + path.getFileName() + "." + ProcessHandle.current().pid() + DRAFT);
    try {
      try {
        Files.deleteIfExists(draft);
        writeTo(draft, sorted);
        Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(draft);
      }
    } catch (IOException e) {
      throw CsvErrors.failed("Cannot list the corrections in " + path, e);
    }
  }

  private void writeTo(Path draft, List<Correction> corrections) throws IOException {
    CsvRowText text = new CsvRowText(table, delimiter);
    try (FileChannel channel =
            FileChannel.open(draft, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        Writer out = Channels.newWriter(channel, StandardCharsets.UTF_8)) {
      List<@Nullable String> header = new ArrayList<>();
      names().forEach(name -> header.add(CsvText.quoted(name, false, delimiter)));
      out.write(text.line(header) + "\n");
      for (Correction correction : corrections) {
        out.write(text.line(texts(correction)) + "\n");
      }
      out.flush();
      channel.force(true);
    }
  }

  private List<@Nullable String> texts(Correction correction) {
    if (correction instanceof Correction.Insert insert) {
      return texts("insert", insert.after(), insert.after(), null);
    }
    if (correction instanceof Correction.Update update) {
      return texts("update", update.after(), update.after(), update.before().image());
    }
    Correction.Delete delete = (Correction.Delete) correction;
    return texts("delete", delete.before().values(), null, delete.before().image());
  }

  private List<@Nullable String> texts(
      String kind, Row keyed, @Nullable Row after, @Nullable Image before) {
    List<@Nullable String> texts = new ArrayList<>();
    texts.add(kind);
    for (String name : table.key()) {
      texts.add(text(name, keyed, before));
    }
    for (String name : table.compare()) {
      texts.add(after == null ? null : text(name, after, before));
    }
    for (String name : table.compare()) {
      texts.add(before == null ? null : before.texts().get(ordinal(name)));
    }
    return texts;
  }

  /** A value as the table is going to have it. */
  private @Nullable String text(String name, Row row, @Nullable Image before) {
    TableColumn column = table.column(name);
    String old = before == null ? null : before.texts().get(ordinal(name));
    Object value = row.value(name);
    boolean stays = before != null && CsvLayout.same(column, CsvText.value(column, old), value);
    return stays ? old : CsvText.text(column, value, old, delimiter);
  }

  private int ordinal(String name) {
    return table.columns().indexOf(table.column(name));
  }
}
