package dev.aether.bench.durable;

import dev.aether.bench.durable.Contender.Entry;
import dev.aether.bench.durable.Contender.Place;
import dev.aether.bench.durable.Contender.Running;
import dev.aether.bench.load.ClosedLoop;
import dev.aether.bench.load.Measured;
import dev.aether.bench.load.OpenLoop;
import dev.aether.bench.load.Serial;
import dev.aether.bench.process.Folders;
import dev.aether.bench.report.Machine;
import dev.aether.server.embedded.NatsServerBinary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line: durable saves, with all systems in turns in each round. */
@Command(
    name = "bench/durable",
    description =
        "Measures saves that are on disk before they are acknowledged, beside other systems.",
    mixinStandardHelpOptions = true)
public final class DurableMain implements Callable<Integer> {
  private static final int MAX_CLIENTS = 4_096;
  private static final int WARM_UP_CLIENTS = 32;
  private static final int OPEN_LOOP_CLIENTS = 256;
  private static final List<Integer> OPEN_LOOP_PERCENT = List.of(50, 80);
  private static final Duration FIRST_SAVES = Duration.ofSeconds(1);

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--home", required = true, paramLabel = "DIR", description = "The project.")
  private Path home = Path.of("");

  @Option(
      names = "--systems",
      paramLabel = "ID",
      split = ",",
      description =
          "Measure only these systems: aether, aether-single (no group commit), raw, umadb,"
              + " umadb-pipelined, etcd, postgresql. Default: all")
  private List<String> systems = new ArrayList<>();

  @Option(
      names = "--clients",
      paramLabel = "N",
      split = ",",
      defaultValue = "1,8,32,256,1024",
      description = "How many clients save at the same time. Default: ${DEFAULT-VALUE}")
  private List<Integer> clients = new ArrayList<>();

  @Option(
      names = "--open-loop",
      description =
          "Measure latencies at fixed rates: after a load of 256 clients, at 50 and 80 percent of the"
              + " rate that each system had with them. Replaces --clients.")
  private boolean openLoop;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Measured rounds. Default: ${DEFAULT-VALUE}")
  private int rounds = 5;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "3",
      description = "Duration of each load in each round. Default: ${DEFAULT-VALUE}")
  private int seconds = 3;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      defaultValue = "15",
      description = "Load on each system before the first round. Default: ${DEFAULT-VALUE}")
  private int warmUp = 15;

  @Option(
      names = "--conflicts",
      paramLabel = "PERCENT",
      defaultValue = "0",
      description = "Saves that expect an old version and are refused. Default: ${DEFAULT-VALUE}")
  private int conflicts;

  @Option(
      names = "--replicas",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "1, or 3 or 5 to measure Aether beside JetStream alone, on a cluster of as many"
              + " nats-servers. Default: ${DEFAULT-VALUE}")
  private int replicas = 1;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description =
          "Name of the files to write. Default: durable, or r3 with three replicas, or open-loop")
  private @Nullable String name;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder to write to. Default: docs/benchmarks")
  private @Nullable Path out;

  private final List<String> leftOut = new ArrayList<>();

  /** Returns 0 if all saves were acknowledged. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new DurableMain()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    checkOptions();
    if (openLoop) {
      clients = List.of(OPEN_LOOP_CLIENTS);
    }
    NatsServerBinary nats = NatsServerBinary.find(Optional.empty());
    Map<String, String> facts = Machine.facts(home, nats.version().toString());
    List<Running> running = new ArrayList<>();
    List<DurableReport.Load> loads = new ArrayList<>();
    try (Folders folders = Folders.temporary()) {
      facts.put("file system", fileSystem(folders.root()));
      int most = Math.max(WARM_UP_CLIENTS, clients.stream().reduce(1, Math::max));
      Path jar = home.resolve("server/target/aether.jar");
      Place place = new Place(nats.path(), jar, folders.root(), most);
      try {
        start(place, running, facts);
        warmUp(running);
        for (int count : clients) {
          loads.add(
              measure(
                  running,
                  DurableReport.Load.closed(count),
                  (entry, time) -> closed(entry, count, time)));
        }
        if (openLoop) {
          DurableReport.Load best = loads.get(0);
          for (int percent : OPEN_LOOP_PERCENT) {
            loads.add(
                measure(
                    running,
                    best.openAt(percent),
                    (entry, time) -> open(entry, best, percent, time)));
          }
        }
      } finally {
        for (Running one : running) {
          one.process().close();
        }
      }
    }
    facts.put(
        "rounds",
        String.format(Locale.ROOT, "%d of %d s, after a warm-up of %d s", rounds, seconds, warmUp));
    facts.put("saves that expect an old version", conflicts + " %");
    DurableReport report = new DurableReport(facts, leftOut, loads, conflicts, replicas);
    String named = name == null ? defaultName() : name;
    report.write(out == null ? home.resolve("docs/benchmarks") : out, named);
    System.out.print(report.markdown(named));
    return 0;
  }

  private String defaultName() {
    String replicated = replicas == 1 ? "durable" : "r" + replicas;
    return openLoop ? "open-loop" : replicated;
  }

  private void checkOptions() {
    List<String> known = Contender.all().stream().map(Contender::id).toList();
    for (String system : systems) {
      if (!known.contains(system)) {
        throw new ParameterException(
            spec.commandLine(), "unknown system " + system + "; known: " + known);
      }
    }
    if (clients.stream().anyMatch(count -> count < 1 || count > MAX_CLIENTS)) {
      throw new ParameterException(spec.commandLine(), "--clients must be 1 to " + MAX_CLIENTS);
    }
    if (replicas != 1 && replicas != 3 && replicas != 5) {
      throw new ParameterException(spec.commandLine(), "--replicas must be 1, 3 or 5");
    }
    if (replicas != 1 && !systems.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "with --replicas " + replicas + " there are no --systems to choose");
    }
    if (rounds < 1 || seconds < 1 || conflicts < 0 || conflicts > 100) {
      throw new ParameterException(spec.commandLine(), "an option is out of range");
    }
  }

  /** The type of the file system, which must be on a disk. */
  private static String fileSystem(Path folder) throws IOException {
    String type = Files.getFileStore(folder).type();
    if (type.equals("tmpfs")) {
      throw new IllegalStateException(
          folder
              + " is in memory; choose a folder on a disk with -Djava.io.tmpdir=DIR in"
              + " JAVA_TOOL_OPTIONS");
    }
    return type;
  }

  private void start(Place place, List<Running> running, Map<String, String> facts)
      throws Exception {
    List<Contender> contenders =
        replicas == 1 ? Contender.all() : List.of(Contender.replicated(replicas));
    for (Contender contender : contenders) {
      if (!systems.isEmpty() && !systems.contains(contender.id())) {
        leaveOut(contender.id() + " was left out with --systems.");
        continue;
      }
      System.err.println("starting " + contender.id() + " …");
      Optional<Running> started = contender.start().in(place);
      if (started.isPresent()) {
        running.add(started.get());
        if (!started.get().version().isEmpty()) {
          facts.put(contender.id(), started.get().version());
        }
      } else {
        leaveOut(
            contender.id() + " is not installed here. To install it: " + contender.install() + ".");
      }
    }
  }

  private void leaveOut(String why) {
    if (!leftOut.contains(why)) {
      System.err.println(why);
      leftOut.add(why);
    }
  }

  private void warmUp(List<Running> running) throws Exception {
    List<Entry> entries = open(running, "warm", WARM_UP_CLIENTS);
    for (Entry entry : entries) {
      System.err.println("warming up " + entry.name() + " …");
      Measured ignored = closed(entry, WARM_UP_CLIENTS, Duration.ofSeconds(warmUp));
    }
    entries.forEach(entry -> entry.driver().close());
  }

  /** A way to load a driver. */
  private interface Loading {
    Measured run(Entry entry, Duration time) throws Exception;
  }

  private DurableReport.Load measure(
      List<Running> running, DurableReport.Load load, Loading loading) throws Exception {
    List<Entry> entries = open(running, "c" + load.id(), load.clients());
    Map<String, Long> saved = new LinkedHashMap<>();
    for (Entry entry : entries) {
      saved.put(entry.name(), loading.run(entry, FIRST_SAVES).count());
    }
    for (int round = 1; round <= rounds; round++) {
      System.err.println(load.title() + ", round " + round + " …");
      for (Entry entry : entries) {
        Measured measured = loading.run(entry, Duration.ofSeconds(seconds));
        saved.merge(entry.name(), measured.count(), Long::sum);
        load.add(entry.name(), measured);
      }
    }
    for (Entry entry : entries) {
      long stored = entry.driver().stored();
      if (stored != saved.getOrDefault(entry.name(), 0L)) {
        throw new IllegalStateException(
            entry.name() + " acknowledged " + saved.get(entry.name()) + " saves and has " + stored);
      }
      entry.driver().close();
    }
    return load;
  }

  private List<Entry> open(List<Running> running, String label, int count) throws Exception {
    List<Entry> entries = new ArrayList<>();
    for (Running one : running) {
      for (Entry entry : one.connect().open(label, count)) {
        if (conflicts == 0) {
          entries.add(entry);
        } else if (entry.driver().canAppendStale()) {
          entries.add(new Entry(entry.name(), new WithConflicts(entry.driver(), conflicts)));
        } else {
          leaveOut(entry.name() + " has no saves that expect an old version.");
          entry.driver().close();
        }
      }
    }
    return entries;
  }

  private static Measured open(Entry entry, DurableReport.Load best, int percent, Duration time)
      throws Exception {
    return OpenLoop.run(
        entry.driver()::append,
        Contender.actors(best.clients()),
        best.rate(entry.name()) * percent / 100,
        time,
        Long.MAX_VALUE);
  }

  private static Measured closed(Entry entry, int count, Duration time) throws Exception {
    int actors = Contender.actors(count);
    return count == 1
        ? Serial.appends(entry.driver(), actors, time, Long.MAX_VALUE)
        : ClosedLoop.run(entry.driver(), actors, count, time, Long.MAX_VALUE);
  }
}
