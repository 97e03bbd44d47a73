package io.errata.jobs.graph;

import io.errata.jobs.graph.KeyedRecord.Touch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Lets the first events of the window through, in the one order of events, to all keys that they
 * touch, and drops the others.
 *
 * <p>All its input comes to one task, sorted by the event time in microseconds (batch execution):
 * no more is kept than the events of one of these moments.
 */
final class FirstEventsOperator extends AbstractStreamOperator<KeyedRecord>
    implements OneInputStreamOperator<KeyedRecord, KeyedRecord>, BoundedOneInput {
  private static final long serialVersionUID = 1;

  private static final Comparator<Touch> ORDER =
      Comparator.comparing(Touch::event, EventOrder.TOTAL);

  private final long first;
  private final JobStreams streams;

  private transient List<Touch> moment;
  private transient long momentMicros;
  private transient long taken;
  private transient long dropped;

  /**
   * @param first how many, from 1
   */
  FirstEventsOperator(long first, JobStreams streams) {
    this.first = first;
    this.streams = streams;
  }

  @Override
  public void open() throws Exception {
    super.open();
    moment = new ArrayList<>();
  }

  @Override
  public void processElement(StreamRecord<KeyedRecord> element) {
    if (!(element.getValue() instanceof Touch touch)) {
      output.collect(element);
      return;
    }
    long micros = ReplayOrder.timestamp(touch);
    if (micros != momentMicros) {
      finishMoment();
      momentMicros = micros;
    }
    moment.add(touch);
  }

  private void finishMoment() {
    moment.sort(ORDER);
    for (int i = 0; i < moment.size(); i++) {
      Touch touch = moment.get(i);
      boolean isSame = i > 0 && moment.get(i - 1).event().id().equals(touch.event().id());
      if (!isSame && taken < first) {
        taken++;
      } else if (!isSame) {
        dropped++;
      }
      if (dropped == 0) {
        output.collect(new StreamRecord<>(touch, momentMicros));
      }
    }
    moment.clear();
  }

  @Override
  public void endInput() {
    finishMoment();
    output.collect(
        streams.counted(), new StreamRecord<>(new Summary.Counted(Tally.ofEvents(0, 0, -dropped))));
  }
}
