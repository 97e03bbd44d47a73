package io.errata.jobs.graph;

import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.event.SplitReceipt;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/** Keeps receipts, which count the events that can't be decoded, and lets the others through. */
final class HoldingsIntakeOperator extends AbstractStreamOperator<SourceRecord>
    implements OneInputStreamOperator<SourceRecord, SourceRecord>, BoundedOneInput {
  private static final long serialVersionUID = 1;

  private transient HoldingsAccumulator found;
  private transient TaskCounter read;
  private transient List<SplitReceipt> receipts;

  @Override
  public void open() throws Exception {
    super.open();
    receipts = new ArrayList<>();
    found = new HoldingsAccumulator();
    getRuntimeContext().addAccumulator(HoldingsAccumulator.NAME, found);
    read = new TaskCounter(Count.EVENTS_READ).open(getRuntimeContext());
  }

  @Override
  public void processElement(StreamRecord<SourceRecord> element) {
    if (element.getValue() instanceof SplitReceipt receipt) {
      receipts.add(receipt);
      return;
    }
    read.add(1);
    if (((EventRecord) element.getValue()).rejection().isEmpty()) {
      output.collect(element);
    }
  }

  @Override
  public void endInput() {
    found.add(new Holdings(Map.of(), 0, 0, receipts));
  }
}
