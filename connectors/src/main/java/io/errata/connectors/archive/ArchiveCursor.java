package io.errata.connectors.archive;

import io.errata.api.ErrataException;
import io.errata.connectors.event.EventPacker;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.read.ContentException;
import io.errata.connectors.read.EventAssembler;
import io.errata.connectors.read.ReadPace;
import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.read.RowDecoder;
import io.errata.connectors.read.SplitCursor;
import io.errata.connectors.store.FileStores;
import io.errata.connectors.store.Generation;
import io.errata.connectors.store.StoreFault;
import io.errata.connectors.store.ToldFailure;
import java.io.FileNotFoundException;
import java.io.IOException;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * Reads one split of a file. Whatever a file says ends in events, rejections or a gap on the
 * receipt, never in an error of the job: only a failing file system does.
 */
final class ArchiveCursor implements SplitCursor {
  static final String REPLACED = "replaced while the plan was made";

  private final ArchiveFormat format;
  private final ReadRequest request;
  private final ReadSplit split;
  private final EventAssembler assembler;
  private final String name;
  private @Nullable RowDecoder decoder;
  private ReadPace pace = ReadPace.unlimited();
  private int lastSize;
  private boolean done;

  ArchiveCursor(ArchiveFormat format, ReadRequest request, ReadSplit split) {
    this.format = format;
    this.request = request;
    this.split = split;
    this.assembler = request.assembler();
    this.name = request.nameOf(split.input());
  }

  @Override
  public void pace(ReadPace next) {
    pace = next;
    assembler.pace(next);
  }

  @Override
  public void pack(EventPacker packer) {
    assembler.pack(packer);
  }

  @Override
  public @Nullable SourceRecord next() {
    if (done) {
      return null;
    }
    @Nullable String gap;
    try {
      if (decoder == null) {
        gap = difference();
        if (gap != null) {
          return receipt(gap);
        }
        decoder = format.open(split, request, pace);
      }
      while (decoder.next()) {
        if (split.timeOnly()) {
          assembler.count(decoder);
          continue;
        }
        @Nullable SourceRecord event = assembler.assemble(decoder, split.input(), name);
        if (event != null) {
          lastSize = decoder.size();
          return event;
        }
      }
      // Again at the end: a file that is written over in place gives rows of both.
      return receipt(difference());
    } catch (IOException | RuntimeException | OutOfMemoryError | StackOverflowError e) {
      return receipt(gap(e));
    }
  }

  @Override
  public int lastSize() {
    return lastSize;
  }

  private SourceRecord receipt(@Nullable String gap) {
    done = true;
    return assembler.receipt(split, gap);
  }

  /** How the file differs from the one that was resolved, or null. */
  private @Nullable String difference() throws IOException {
    FileStatus status;
    try {
      Path path = new Path(split.input());
      status = FileStores.of(path).getFileStatus(path);
    } catch (FileNotFoundException e) {
      throw e;
    } catch (IOException e) {
      throw new StoreException("Cannot find out about " + split.input(), e);
    }
    return status.getLen() == split.size() && Generation.of(status).equals(split.generation())
        ? null
        : REPLACED
            + ": it had "
            + split.size()
            + " bytes when it was resolved, and has "
            + status.getLen()
            + " of another time";
  }

  private String gap(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof StoreException failure) {
        if (StoreFault.of(failure) == StoreFault.REPLACED) {
          return REPLACED + ", and while it was read";
        }
        throw unavailable(failure);
      }
      if (cause instanceof FileNotFoundException) {
        return absence();
      }
      if (cause instanceof ErrataException known) {
        throw known;
      }
    }
    return decoder == null || decoder.offset() < 0
        ? "not decoded: " + reason(e)
        : "not decoded to its end, behind position " + decoder.offset() + ": " + reason(e);
  }

  /** Why a file isn't there that was: a store keeps nothing of one that is written over. */
  private String absence() {
    try {
      @Nullable String difference = difference();
      return difference == null ? REPLACED + ", and while it was read" : difference;
    } catch (FileNotFoundException e) {
      return "deleted while the plan was made";
    } catch (StoreException e) {
      throw unavailable(e);
    } catch (IOException e) {
      throw unavailable(new StoreException("Cannot find out about " + split.input(), e));
    }
  }

  /** What is wrong with a file, in words as far as they are known; never its values. */
  static String reason(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof ContentException content) {
        return String.valueOf(content.getMessage());
      }
    }
    if (e instanceof OutOfMemoryError) {
      // Mostly a length in a broken file, which asks for more than any memory; where it is the
      // memory, a gap is safe too.
      return "it asks for more memory than there is";
    }
    if (e instanceof StackOverflowError) {
      return "it is nested too deeply";
    }
    return "it is broken (" + e.getClass().getSimpleName() + ")";
  }

  static ErrataException unavailable(StoreException e) {
    StoreFault fault = StoreFault.of(e);
    return new ErrataException(
        fault.code(), e.getMessage() + ": " + fault.words(), fault.next(), ToldFailure.of(e));
  }

  @Override
  public void close() throws IOException {
    if (decoder != null) {
      decoder.close();
    }
  }
}
