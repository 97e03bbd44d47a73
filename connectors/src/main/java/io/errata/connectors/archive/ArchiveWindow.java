package io.errata.connectors.archive;

import io.errata.connectors.Gap;
import io.errata.connectors.InputPart;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.SplitReceipt;
import io.errata.connectors.read.Coverage;
import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.read.SplitOpener;
import io.errata.connectors.read.SplitWindow;
import java.util.List;

/** The files of a window, fixed. */
record ArchiveWindow(
    ArchiveFormat format,
    ReadRequest request,
    List<InputPart> inputs,
    List<Gap> gaps,
    List<ReadSplit> splits,
    long estimatedEvents)
    implements SplitWindow {
  ArchiveWindow {
    inputs = List.copyOf(inputs);
    gaps = List.copyOf(gaps);
    splits = List.copyOf(splits);
  }

  @Override
  public EventSchema schema() {
    return request.schema();
  }

  @Override
  public SplitOpener opener() {
    ArchiveFormat readFormat = format;
    ReadRequest readRequest = request;
    return split -> new ArchiveCursor(readFormat, readRequest, split);
  }

  @Override
  public List<Gap> confirm(List<SplitReceipt> receipts) {
    return Coverage.confirm(gaps, splits, receipts);
  }
}
