package io.errata.state.table.csv;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.state.digest.Digest;
import io.errata.state.table.CsvOptions;
import io.errata.state.table.LiveTableOptions;
import io.errata.state.table.NearestName;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableColumn.Origin;
import io.errata.state.table.TableColumn.Storage;
import io.errata.state.table.TableDescription;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The file of a CSV table, and what a spec says of it. */
final class CsvFile {
  static final String SCHEME = "csv:";
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final LiveTableOptions options;
  private final CsvOptions csv;
  private final Path path;

  CsvFile(LiveTableOptions options) {
    this.options = options;
    this.csv = options.csvOptions().orElseGet(() -> new CsvOptions(',', List.of(), null));
    try {
      this.path = Path.of(options.url().substring(SCHEME.length())).resolve(options.name());
    } catch (InvalidPathException e) {
      throw new ErrataException(
          ErrorCode.INVALID_SPEC,
          "Cannot open table " + options.name() + ": it is no path (" + e.getReason() + ")",
          "Correct table.csv.path.",
          e);
    }
  }

  /** The name that stands for the table in plans and the ledger: not where it lies. */
  String name() {
    return options.name();
  }

  Path path() {
    return path;
  }

  char delimiter() {
    return csv.delimiter();
  }

  /**
   * The file itself, where the path leads to it by a symbolic link: what is replaced is the file.
   *
   * @throws ErrataException INVALID_TABLE where it is not there
   */
  Path real() {
    if (!Files.exists(path)) {
      throw missing();
    }
    if (!Files.isRegularFile(path)) {
      throw CsvErrors.invalid(
          "Cannot use " + path + " as a table: it is not a file", "Correct table.csv.path.");
    }
    try {
      return path.toRealPath();
    } catch (IOException e) {
      throw CsvErrors.failed("Cannot open " + path, e);
    }
  }

  private ErrataException missing() {
    List<String> names = new ArrayList<>();
    Path folder = path.getParent();
    if (folder != null && Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        files
            .filter(Files::isRegularFile)
            .map(file -> file.getFileName().toString())
            .filter(file -> !CsvFiles.isOwn(file))
            .forEach(names::add);
      } catch (IOException e) {
        throw CsvErrors.failed("Cannot list " + folder, e);
      }
    }
    return CsvErrors.invalid(
        "Cannot find table " + name() + ": there is no file " + path,
        NearestName.of(name(), names)
            .map(near -> "Did you mean " + near + "? Correct table.csv.path.")
            .orElse(
                "Correct table.csv.path. To build the table from nothing, make the file with its header line alone."));
  }

  /** The first record of the file, and what it comes to. */
  record Header(CsvLayout layout, byte[] bytes, List<@Nullable String> texts) {}

  /**
   * Reads the header.
   *
   * @throws ErrataException INVALID_TABLE where there is none, or a column that the spec names is
   *     not in it
   */
  Header header() {
    Path real = real();
    try (InputStream in = Files.newInputStream(real)) {
      return header(in);
    } catch (IOException e) {
      throw CsvErrors.failed("Cannot read " + path, e);
    }
  }

  private Header header(InputStream in) throws IOException {
    try (Reading reading = read(in)) {
      return reading.header();
    }
  }

  /**
   * A reading of the whole file from its header on.
   *
   * @param mark the byte order mark, or nothing
   * @param header what the first record comes to
   * @param records at the header: next to come is the first row
   */
  record Reading(byte[] mark, Header header, CsvRecords records) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      records.close();
    }
  }

  /**
   * Starts to read the file.
   *
   * @param in its bytes, closed with the reading
   */
  Reading read(InputStream in) throws IOException {
    byte[] first = in.readNBytes(BYTE_ORDER_MARK.length);
    boolean marked = Arrays.equals(first, BYTE_ORDER_MARK);
    InputStream rest =
        marked ? in : new java.io.SequenceInputStream(new java.io.ByteArrayInputStream(first), in);
    CsvRecords records =
        new CsvRecords(rest, name(), delimiter(), 1, marked ? BYTE_ORDER_MARK.length : 0);
    if (!records.next()) {
      throw CsvErrors.invalid(
          "Cannot read " + path + ": it has no header line",
          "Write the names of the columns into its first line, such as "
              + String.join(String.valueOf(delimiter()), named())
              + ".");
    }
    List<@Nullable String> texts = records.texts();
    byte[] separator = records.separator();
    byte[] content = records.content();
    byte[] bytes = Arrays.copyOf(separator, separator.length + content.length);
    System.arraycopy(content, 0, bytes, separator.length, content.length);
    Header header = new Header(new CsvLayout(describe(texts)), bytes, texts);
    return new Reading(marked ? first : new byte[0], header, records);
  }

  private List<String> named() {
    List<String> names = new ArrayList<>(options.key());
    names.addAll(options.compare());
    return names;
  }

  private TableDescription describe(List<@Nullable String> header) {
    List<String> names = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (String text : header) {
      String name = Optional.ofNullable(CsvText.content(text)).orElse("");
      if (!seen.add(name)) {
        throw CsvErrors.invalid(
            "Cannot read " + name() + ": its header names column " + name + " twice",
            "Give each column a name of its own in the first line.");
      }
      names.add(name);
    }
    options.key().forEach(name -> requireColumn(names, name, "table.key"));
    options.compare().forEach(name -> requireColumn(names, name, "table.compare"));
    csv.columns().forEach(column -> requireColumn(names, column.name(), "table.csv.types"));
    List<TableColumn> columns = names.stream().map(this::column).toList();
    for (String named : named()) {
      TableColumn column = columns.get(names.indexOf(named));
      if (!column.comparable()) {
        throw CsvErrors.invalid(
            "Cannot compare column " + named + " of " + name() + ": " + column.sqlType(),
            "Leave it out of table.key and table.compare.");
      }
    }
    return new TableDescription(name(), columns, options.key(), options.compare());
  }

  private TableColumn column(String name) {
    TableColumn declared =
        csv.columns().stream()
            .filter(column -> column.name().equals(name))
            .findFirst()
            .orElseGet(() -> text(name));
    return options.key().contains(name)
        ? new TableColumn(
            name,
            declared.storage(),
            declared.sqlType(),
            declared.precision(),
            declared.scale(),
            declared.length(),
            false,
            declared.origin())
        : declared;
  }

  private static TableColumn text(String name) {
    return new TableColumn(name, Storage.TEXT, CsvTypes.TEXT, 0, 0, 0, true, Origin.WRITTEN);
  }

  private void requireColumn(List<String> names, String name, String setting) {
    if (!names.contains(name)) {
      throw CsvErrors.invalid(
          "Cannot find column " + name + " of " + name() + " (" + setting + ")",
          NearestName.of(name, names)
              .map(near -> "Did you mean " + near + "?")
              .orElse("The header has: " + String.join(", ", names) + "."));
    }
  }

  /** The digest of the file as it is now, or empty where it is not there. */
  static Optional<Digest> digest(Path file) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    MessageDigest digest = Digest.sha256();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        digest.update(buffer, 0, count);
      }
    }
    return Optional.of(Digest.of(digest));
  }
}
