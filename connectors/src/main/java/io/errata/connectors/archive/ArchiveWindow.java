package io.errata.connectors.archive;

import io.errata.connectors.Gap;
import io.errata.connectors.InputPart;
import io.errata.connectors.ReadRate;
import io.errata.connectors.ResolvedWindow;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.event.SplitReceipt;
import io.errata.connectors.read.Coverage;
import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.read.SplitSource;
import java.util.List;
import org.apache.flink.api.connector.source.Source;

/** The files of a window, fixed. */
record ArchiveWindow(
    ArchiveFormat format,
    ReadRequest request,
    List<InputPart> inputs,
    List<Gap> gaps,
    List<ReadSplit> splits,
    long estimatedEvents)
    implements ResolvedWindow {
  ArchiveWindow {
    inputs = List.copyOf(inputs);
    gaps = List.copyOf(gaps);
    splits = List.copyOf(splits);
  }

  @Override
  public Source<SourceRecord, ?, ?> source(ReadRate rate) {
    ArchiveFormat readFormat = format;
    ReadRequest readRequest = request;
    return new SplitSource(
        request.schema(), splits, split -> new ArchiveCursor(readFormat, readRequest, split), rate);
  }

  @Override
  public List<Gap> confirm(List<SplitReceipt> receipts) {
    return Coverage.confirm(gaps, splits, receipts);
  }
}
