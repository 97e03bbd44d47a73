package io.errata.jobs.graph;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.sort.RecordSorter;
import io.errata.jobs.sort.SortedRecords;
import java.io.File;
import java.io.IOException;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.ManagedMemoryUseCase;
import org.apache.flink.runtime.execution.CancelTaskException;
import org.apache.flink.runtime.execution.Environment;
import org.apache.flink.runtime.memory.MemoryManager;
import org.apache.flink.runtime.taskmanager.TaskManagerRuntimeInfo;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Takes records in blocks, and gives them to the stage sorted when all are there. They lie in the
 * task's share of managed memory, and on its disk where that doesn't suffice.
 *
 * @param <T> the record
 * @param <OUT> what the stage makes of them
 */
abstract class SortedInputOperator<T, OUT> extends AbstractStreamOperator<OUT>
    implements OneInputStreamOperator<RecordBlock, OUT>, BoundedOneInput {
  private static final long serialVersionUID = 1;

  /** What share of the memory of a slot the stage gets, beside others of the same slot. */
  static final int MEMORY_WEIGHT = 100;

  // What of the heap the sorts of all tasks of the process may take together.
  private static final int SORT_SHARE = 4;

  // Between which the task can be cancelled.
  private static final int BATCH = 4_096;

  private final Packing<T> packing;

  private transient @Nullable RecordSorter sorter;
  private transient long reserved;
  private transient TaskCounter spilled;
  private transient DataInputDeserializer unpacker;

  SortedInputOperator(Packing<T> packing) {
    this.packing = packing;
  }

  @Override
  public void open() throws Exception {
    super.open();
    unpacker = new DataInputDeserializer();
    spilled = new TaskCounter(Count.BYTES_SPILLED).open(getRuntimeContext());
    Environment environment = getContainingTask().getEnvironment();
    MemoryManager memory = environment.getMemoryManager();
    double share =
        getOperatorConfig()
            .getManagedMemoryFractionOperatorUseCaseOfSlot(
                ManagedMemoryUseCase.OPERATOR,
                environment.getJobConfiguration(),
                environment.getTaskManagerInfo().getConfiguration(),
                environment.getUserCodeClassLoader().asClassLoader());
    long bytes = memory.computeMemorySize(share);
    memory.reserveMemory(this, bytes);
    reserved = bytes;
    sorter =
        new RecordSorter(
            bytes,
            heapShare(SORT_SHARE),
            () -> new File(environment.getIOManager().createChannel().getPath()));
  }

  /** The bytes of the heap for this task, where those of the process have one in so many. */
  final long heapShare(int share) {
    int slots =
        getContainingTask()
            .getEnvironment()
            .getTaskManagerInfo()
            .getConfiguration()
            .get(TaskManagerOptions.NUM_TASK_SLOTS);
    return Runtime.getRuntime().maxMemory() / share / slots;
  }

  @Override
  public final void processElement(StreamRecord<RecordBlock> element) {
    RecordBlock block = element.getValue();
    try {
      sorter.add(block.bytes(), block.length());
      spilled.add(sorter.spilled() - spilled.value());
    } catch (IOException e) {
      throw unspilled(e);
    }
  }

  /** Takes the next record, by the order of its packing; {@link #read} unpacks it. */
  abstract void take(SortedRecords next) throws IOException;

  /** The record that a cursor stands on. */
  final T read(SortedRecords record) throws IOException {
    return read(record.bytes(), record.offset(), record.length());
  }

  /** The record that lies in some bytes. */
  final T read(byte[] bytes, int offset, int length) throws IOException {
    unpacker.setBuffer(bytes, offset, length);
    return packing.read(unpacker);
  }

  /** All records were taken. */
  abstract void taken() throws IOException;

  @Override
  public final void endInput() throws IOException {
    SortedRecords records = open(sorter);
    int read = 0;
    while (step(records)) {
      take(records);
      if (++read % BATCH == 0 && Thread.currentThread().isInterrupted()) {
        throw new CancelTaskException("the job is cancelled");
      }
    }
    spilled.add(sorter.spilled() - spilled.value());
    release();
    taken();
  }

  /**
   * Whether records are to come sorted by their hash; otherwise only those of one hash together.
   */
  abstract boolean needsOrder();

  private SortedRecords open(RecordSorter from) {
    try {
      return needsOrder() ? from.sorted() : from.grouped();
    } catch (IOException e) {
      throw unspilled(e);
    }
  }

  private boolean step(SortedRecords records) {
    try {
      return records.next();
    } catch (IOException e) {
      throw unspilled(e);
    }
  }

  private ErrataException unspilled(IOException cause) {
    TaskManagerRuntimeInfo process = getContainingTask().getEnvironment().getTaskManagerInfo();
    return new ErrataException(
        ErrorCode.UNAVAILABLE,
        "Cannot sort the window's records on disk, in "
            + String.join(", ", process.getTmpDirectories())
            + process
                .getConfiguration()
                .getOptional(TaskManagerOptions.TASK_MANAGER_RESOURCE_ID)
                .map(name -> " of task manager " + name)
                .orElse("")
            + " ("
            + process.getTaskManagerExternalAddress()
            + "): "
            + cause.getMessage(),
        "Free some space in the temporary folder of the process or task manager (java.io.tmpdir,"
            + " io.tmp.dirs), or give it more managed memory.",
        cause);
  }

  private void release() throws IOException {
    if (sorter != null) {
      sorter.close();
      sorter = null;
    }
    if (reserved > 0) {
      getContainingTask().getEnvironment().getMemoryManager().releaseMemory(this, reserved);
      reserved = 0;
    }
  }

  @Override
  public void close() throws Exception {
    release();
    super.close();
  }
}
