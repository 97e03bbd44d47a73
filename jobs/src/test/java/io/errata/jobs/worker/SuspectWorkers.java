package io.errata.jobs.worker;

import io.errata.api.Event;
import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TimeZone;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Workers that each do one thing that the lint has to find; {@link WorkerLintTest} names it. */
@SuppressWarnings({
  "unused",
  "NonAtomicVolatileUpdate",
  "StaticAssignmentInConstructor",
  "deprecation",
  "all"
})
final class SuspectWorkers {
  private SuspectWorkers() {}

  /** A class that a worker calls. */
  static final class Elsewhere {
    private Elsewhere() {}

    static long time() {
      return System.currentTimeMillis();
    }
  }

  static final class WallClock extends SuspectWorker {
    @Override
    long step(Event event) {
      return System.currentTimeMillis();
    }
  }

  static final class NanoClock extends SuspectWorker {
    @Override
    long step(Event event) {
      return System.nanoTime();
    }
  }

  static final class Now extends SuspectWorker {
    @Override
    long step(Event event) {
      return Instant.now().getEpochSecond();
    }
  }

  static final class Today extends SuspectWorker {
    @Override
    long step(Event event) {
      return LocalDate.now(ZoneId.of("UTC")).toEpochDay();
    }
  }

  static final class OldDate extends SuspectWorker {
    @Override
    long step(Event event) {
      return new Date().getTime();
    }
  }

  static final class SystemClock extends SuspectWorker {
    @Override
    long step(Event event) {
      return Clock.systemUTC().millis();
    }
  }

  static final class OldCalendar extends SuspectWorker {
    @Override
    long step(Event event) {
      return Calendar.getInstance().get(Calendar.YEAR);
    }
  }

  static final class Chance extends SuspectWorker {
    @Override
    long step(Event event) {
      return (long) Math.random();
    }
  }

  static final class UnseededRandom extends SuspectWorker {
    @Override
    long step(Event event) {
      return new Random().nextLong();
    }
  }

  static final class ThreadRandom extends SuspectWorker {
    @Override
    long step(Event event) {
      return ThreadLocalRandom.current().nextLong();
    }
  }

  static final class Uuid extends SuspectWorker {
    @Override
    long step(Event event) {
      return UUID.randomUUID().getLeastSignificantBits();
    }
  }

  static final class UuidByReference extends SuspectWorker {
    @Override
    long step(Event event) {
      return Stream.generate(UUID::randomUUID).limit(1).count();
    }
  }

  static final class Shuffle extends SuspectWorker {
    @Override
    long step(Event event) {
      List<String> list = new ArrayList<>();
      Collections.shuffle(list);
      return list.size();
    }
  }

  static final class Network extends SuspectWorker {
    @Override
    long step(Event event) {
      try {
        return new Socket("localhost", 1).getPort();
      } catch (IOException e) {
        return 0;
      }
    }
  }

  static final class Http extends SuspectWorker {
    @Override
    long step(Event event) {
      return HttpClient.newHttpClient().version().ordinal();
    }
  }

  static final class OldFile extends SuspectWorker {
    @Override
    long step(Event event) {
      return new File("x").length();
    }
  }

  static final class NewFiles extends SuspectWorker {
    @Override
    long step(Event event) {
      try {
        return Files.size(Path.of("x"));
      } catch (IOException e) {
        return 0;
      }
    }
  }

  static final class Environment extends SuspectWorker {
    @Override
    long step(Event event) {
      return System.getenv("HOME").length();
    }
  }

  static final class Property extends SuspectWorker {
    @Override
    long step(Event event) {
      return System.getProperty("user.name").length();
    }
  }

  static final class MachineLocale extends SuspectWorker {
    @Override
    long step(Event event) {
      return Locale.getDefault().toString().length();
    }
  }

  static final class MachineTimeZone extends SuspectWorker {
    @Override
    long step(Event event) {
      return TimeZone.getDefault().getRawOffset();
    }
  }

  static final class Zone extends SuspectWorker {
    @Override
    long step(Event event) {
      return ZoneId.systemDefault().getId().length();
    }
  }

  static final class Format extends SuspectWorker {
    @Override
    long step(Event event) {
      return String.format("%d", 1).length();
    }
  }

  static final class Formatted extends SuspectWorker {
    @Override
    long step(Event event) {
      return "%d".formatted(1).length();
    }
  }

  static final class Bytes extends SuspectWorker {
    @Override
    long step(Event event) {
      return event.id().getBytes().length;
    }
  }

  static final class Text extends SuspectWorker {
    @Override
    long step(Event event) {
      return new String(new byte[1]).length();
    }
  }

  static final class LowerCase extends SuspectWorker {
    @Override
    long step(Event event) {
      return event.id().toLowerCase().length();
    }
  }

  static final class Pattern extends SuspectWorker {
    @Override
    long step(Event event) {
      return DateTimeFormatter.ofPattern("MMM").toString().length();
    }
  }

  static final class Identity extends SuspectWorker {
    @Override
    long step(Event event) {
      return System.identityHashCode(event);
    }
  }

  static final class ObjectHash extends SuspectWorker {
    @Override
    long step(Event event) {
      return ((Object) event).hashCode();
    }
  }

  static final class HashOrder extends SuspectWorker {
    @Override
    long step(Event event) {
      Map<String, Long> map = new HashMap<>();
      map.put(event.id(), 1L);
      return map.keySet().iterator().next().length();
    }
  }

  static final class SaltedOrder extends SuspectWorker {
    @Override
    long step(Event event) {
      return Set.of("a", event.id()).iterator().next().length();
    }
  }

  static final class CollectedOrder extends SuspectWorker {
    @Override
    long step(Event event) {
      return Stream.of(event.id()).collect(Collectors.toSet()).stream()
          .findFirst()
          .orElseThrow()
          .length();
    }
  }

  static final class Parallel extends SuspectWorker {
    @Override
    long step(Event event) {
      return Stream.of(1, 2).parallel().count();
    }
  }

  static final class ParallelStream extends SuspectWorker {
    @Override
    long step(Event event) {
      return List.of(1, 2).parallelStream().count();
    }
  }

  static final class OwnThread extends SuspectWorker {
    @Override
    long step(Event event) {
      new Thread(() -> {}).start();
      return 0;
    }
  }

  static final class Executor extends SuspectWorker {
    @Override
    long step(Event event) {
      return Executors.newCachedThreadPool().hashCode();
    }
  }

  static final class Future extends SuspectWorker {
    @Override
    long step(Event event) {
      return CompletableFuture.supplyAsync(() -> 1L).join();
    }
  }

  static final class StaticField extends SuspectWorker {
    private static long counter;

    @Override
    long step(Event event) {
      return ++counter;
    }
  }

  static final class OwnField extends SuspectWorker {
    private long kept;

    @Override
    long step(Event event) {
      return ++kept;
    }
  }

  static final class Print extends SuspectWorker {
    @Override
    long step(Event event) {
      System.out.println(1);
      return 0;
    }
  }

  static final class OtherClass extends SuspectWorker {
    @Override
    long step(Event event) {
      return Elsewhere.time();
    }
  }

  static final class Process extends SuspectWorker {
    @Override
    long step(Event event) {
      return Runtime.getRuntime().availableProcessors();
    }
  }
}
