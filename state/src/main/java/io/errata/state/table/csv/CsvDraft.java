package io.errata.state.table.csv;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Row;
import io.errata.state.digest.Digest;
import io.errata.state.table.Image;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes what a table's file is going to be. Every byte is copied but those of the rows that are
 * changed: byte order mark, header, line ends, quotes, order, and whether the last line ends.
 */
final class CsvDraft implements CsvPass.Visitor, AutoCloseable {
  private static final String LINE_END = "\n";

  private final FileChannel channel;
  private final MessageDigest digest = Digest.sha256();
  private final OutputStream out;
  private final CsvRowText text;
  private final Map<String, CsvChange> changes;
  private final Map<Digest, Optional<Digest>> written = new LinkedHashMap<>();

  /** Rows that come back, by where they stood. */
  private final Deque<Returning> returning;

  /** The row that new ones are written like: the first, or the header where there is none. */
  private List<@Nullable String> model = List.of();

  private boolean anyRow;
  private String lineEnd = "";
  private long row;
  private long inserted;
  private long updated;
  private long deleted;

  private CsvDraft(FileChannel channel, CsvRowText text, Map<String, CsvChange> changes) {
    this.channel = channel;
    this.out =
        new BufferedOutputStream(
            new DigestOutputStream(Channels.newOutputStream(channel), digest), 1 << 16);
    this.text = text;
    this.changes = changes;
    List<Returning> back = new ArrayList<>();
    changes.forEach(
        (place, change) -> {
          if (!change.needsRow() && change.image() != null) {
            back.add(new Returning(place, change, CsvPlace.parse(change.image().place())));
          }
        });
    back.sort(
        Comparator.comparingLong((Returning r) -> r.at().row())
            .thenComparing(r -> r.change().key(), new KeyOrder()));
    this.returning = new ArrayDeque<>(back);
  }

  private record Returning(String place, CsvChange change, CsvPlace at) {}

  /**
   * What was written.
   *
   * @param digest of the file
   * @param rows for each digest of a key, the digest of the row; empty where it was deleted
   */
  record Written(
      Digest digest,
      Map<Digest, Optional<Digest>> rows,
      long inserted,
      long updated,
      long deleted) {}

  /**
   * Begins a draft with the rights that the table's file has.
   *
   * @param changes all of which meet the row that they need
   */
  static CsvDraft open(Path table, Path draft, CsvRowText text, Map<String, CsvChange> changes)
      throws IOException {
    // A new file and nobody else's: not one that a link leads to.
    FileChannel channel =
        FileChannel.open(
            draft,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS);
    try {
      copyRights(table, draft);
      return new CsvDraft(channel, text, changes);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static void copyRights(Path table, Path draft) throws IOException {
    PosixFileAttributeView from = Files.getFileAttributeView(table, PosixFileAttributeView.class);
    PosixFileAttributeView to = Files.getFileAttributeView(draft, PosixFileAttributeView.class);
    if (from == null || to == null) {
      return;
    }
    PosixFileAttributes wanted = from.readAttributes();
    PosixFileAttributes own = to.readAttributes();
    try {
      if (!own.owner().equals(wanted.owner())) {
        to.setOwner(wanted.owner());
      }
      if (!own.group().equals(wanted.group())) {
        to.setGroup(wanted.group());
      }
    } catch (FileSystemException e) {
      throw new ErrataException(
          ErrorCode.FORBIDDEN,
          "Cannot replace "
              + table
              + ": it belongs to "
              + wanted.owner().getName()
              + " and the group "
              + wanted.group().getName()
              + ", and only an administrator may give them a new file",
          "Apply as that user; nothing was written.",
          e);
    }
    to.setPermissions(wanted.permissions());
  }

  @Override
  public void header(CsvFile.Reading reading) throws IOException {
    out.write(reading.mark());
    out.write(reading.header().bytes());
    model = reading.header().texts();
  }

  @Override
  public void row(CsvLayout layout, CsvRecords records, List<@Nullable String> texts)
      throws IOException {
    if (!anyRow) {
      anyRow = true;
      model = texts;
    }
    byte[] separator = records.separator();
    lineEnd = firstLineEnd(separator).orElse(lineEnd);
    bringBack(row);
    Row key = layout.key(texts, records.line());
    String place = layout.place(key);
    CsvChange change = changes.get(place);
    if (change == null) {
      out.write(separator);
      out.write(records.content());
      row++;
    } else if (change.isDelete()) {
      written.put(Digest.ofText(place), Optional.empty());
      deleted++;
    } else {
      out.write(separator);
      write(
          place,
          change.image() != null ? change.image().texts() : text.updated(texts, change.after()));
      updated++;
    }
  }

  @Override
  public void rest(byte[] bytes) throws IOException {
    if (lineEnd.isEmpty()) {
      lineEnd = firstLineEnd(bytes).orElse(LINE_END);
    }
    bringBack(Long.MAX_VALUE);
    List<Map.Entry<String, CsvChange>> added =
        changes.entrySet().stream()
            .filter(entry -> !entry.getValue().needsRow() && entry.getValue().after() != null)
            .sorted(Comparator.comparing(entry -> entry.getValue().key(), new KeyOrder()))
            .toList();
    for (Map.Entry<String, CsvChange> entry : added) {
      out.write(lineEnd.getBytes(StandardCharsets.US_ASCII));
      write(entry.getKey(), text.inserted(entry.getValue().after(), model));
      inserted++;
    }
    out.write(bytes);
  }

  /** Writes the rows that stood before a place, or at it. */
  private void bringBack(long upTo) throws IOException {
    while (!returning.isEmpty() && (returning.peek().at().row() <= row || upTo == Long.MAX_VALUE)) {
      Returning next = returning.remove();
      String separator = next.at().separator();
      out.write((separator.isEmpty() ? lineEnd : separator).getBytes(StandardCharsets.US_ASCII));
      write(next.place(), next.change().image().texts());
      inserted++;
    }
  }

  private void write(String place, List<@Nullable String> texts) throws IOException {
    out.write(text.line(texts).getBytes(StandardCharsets.UTF_8));
    written.put(Digest.ofText(place), Optional.of(new Image(texts).digest()));
    row++;
  }

  private static Optional<String> firstLineEnd(byte[] separator) {
    if (separator.length == 0) {
      return Optional.empty();
    }
    boolean two = separator.length > 1 && separator[0] == '\r' && separator[1] == '\n';
    return Optional.of(two ? "\r\n" : String.valueOf((char) separator[0]));
  }

  /** Forces the draft to the disk. */
  Written finish() throws IOException {
    out.flush();
    channel.force(true);
    return new Written(Digest.of(digest), written, inserted, updated, deleted);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** Puts the draft in the place of the table's file, at once. */
  static void moveTo(Path table, Path draft) throws IOException {
    Files.move(draft, table, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Forces to the disk which files the folder has. */
  static void forceFolder(Path table) throws IOException {
    try (FileChannel folder = FileChannel.open(table.getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    } catch (AccessDeniedException e) {
      // Windows has no such thing, and needs none.
      CsvWrite.LOG.debug("The folder can't be forced to the disk", e);
    }
  }
}
