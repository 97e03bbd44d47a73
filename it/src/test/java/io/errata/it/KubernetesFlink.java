package io.errata.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.errata.servers.KubernetesServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.client.deployment.application.ApplicationConfiguration;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.DeploymentOptionsInternal;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.kubernetes.KubernetesClusterClientFactory;
import org.apache.flink.kubernetes.KubernetesClusterDescriptor;
import org.apache.flink.kubernetes.configuration.KubernetesConfigOptions;
import org.apache.flink.kubernetes.kubeclient.FlinkKubeClient;
import org.apache.flink.kubernetes.kubeclient.FlinkKubeClientFactory;
import org.apache.flink.kubernetes.kubeclient.FlinkPod;
import org.apache.flink.kubernetes.kubeclient.factory.KubernetesTaskManagerFactory;
import org.apache.flink.kubernetes.kubeclient.parameters.KubernetesTaskManagerParameters;
import org.apache.flink.kubernetes.kubeclient.resources.KubernetesPod;
import org.apache.flink.kubernetes.utils.Constants;
import org.apache.flink.kubernetes.utils.KubernetesUtils;
import org.apache.flink.runtime.clusterframework.ContaineredTaskManagerParameters;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessSpec;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;

/**
 * What Flink's own classes make of a {@code FlinkDeployment}: the settings that the operator gives
 * them are made here, all else is theirs.
 */
final class KubernetesFlink {
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final String CONTAINER = "/spec/containers/0";

  private final Configuration settings;
  private final Path folder;
  private final boolean application;

  private KubernetesFlink(Configuration settings, Path folder, boolean application) {
    this.settings = settings;
    this.folder = folder;
    this.application = application;
  }

  /**
   * Reads one.
   *
   * @param folder for files that Flink reads
   */
  static KubernetesFlink of(JsonNode deployment, Path folder) {
    JsonNode spec = deployment.path("spec");
    Configuration settings = new Configuration();
    spec.path("flinkConfiguration")
        .fields()
        .forEachRemaining(each -> settings.setString(each.getKey(), each.getValue().asText()));
    settings.set(KubernetesConfigOptions.CLUSTER_ID, deployment.at("/metadata/name").asText());
    settings.set(KubernetesConfigOptions.NAMESPACE, deployment.at("/metadata/namespace").asText());
    settings.set(KubernetesConfigOptions.CONTAINER_IMAGE, spec.path("image").asText());
    settings.set(
        KubernetesConfigOptions.CONTAINER_IMAGE_PULL_POLICY,
        KubernetesConfigOptions.ImagePullPolicy.valueOf(spec.path("imagePullPolicy").asText()));
    settings.set(
        KubernetesConfigOptions.KUBERNETES_SERVICE_ACCOUNT, spec.path("serviceAccount").asText());
    settings.set(
        KubernetesConfigOptions.REST_SERVICE_EXPOSED_TYPE,
        KubernetesConfigOptions.ServiceExposedType.ClusterIP);
    JsonNode jobManager = spec.path("jobManager");
    JsonNode taskManager = spec.path("taskManager");
    settings.set(
        KubernetesConfigOptions.KUBERNETES_JOBMANAGER_REPLICAS,
        jobManager.path("replicas").asInt());
    settings.set(
        KubernetesConfigOptions.JOB_MANAGER_CPU, jobManager.at("/resource/cpu").asDouble());
    settings.set(
        KubernetesConfigOptions.TASK_MANAGER_CPU, taskManager.at("/resource/cpu").asDouble());
    settings.set(JobManagerOptions.TOTAL_PROCESS_MEMORY, memory(jobManager));
    settings.set(TaskManagerOptions.TOTAL_PROCESS_MEMORY, memory(taskManager));
    try {
      settings.set(
          KubernetesConfigOptions.JOB_MANAGER_POD_TEMPLATE,
          template(spec, jobManager, folder.resolve("jobmanager.yaml")));
      settings.set(
          KubernetesConfigOptions.TASK_MANAGER_POD_TEMPLATE,
          template(spec, taskManager, folder.resolve("taskmanager.yaml")));
      Path files = Files.createDirectories(folder.resolve("conf"));
      Files.writeString(files.resolve("log4j-console.properties"), "rootLogger.level = INFO\n");
      settings.set(DeploymentOptionsInternal.CONF_DIR, files.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    JsonNode job = spec.path("job");
    settings.set(
        DeploymentOptions.TARGET,
        job.isMissingNode() ? "kubernetes-session" : "kubernetes-application");
    if (!job.isMissingNode()) {
      settings.set(DeploymentOptions.SHUTDOWN_ON_APPLICATION_FINISH, false);
      settings.set(PipelineOptions.JARS, List.of(job.path("jarURI").asText()));
      List<String> arguments =
          YAML.convertValue(
              job.path("args"),
              YAML.getTypeFactory().constructCollectionType(List.class, String.class));
      new ApplicationConfiguration(
              arguments.toArray(new String[0]), job.path("entryClass").asText())
          .applyToConfiguration(settings);
    }
    return new KubernetesFlink(settings, folder, !job.isMissingNode());
  }

  private static MemorySize memory(JsonNode process) {
    return MemorySize.parse(process.at("/resource/memory").asText());
  }

  private static String template(JsonNode spec, JsonNode process, Path file) throws IOException {
    ObjectNode pod = spec.path("podTemplate").deepCopy();
    // Lists of both are not merged by anybody here, for there are none that both have.
    merge(pod, process.path("podTemplate"));
    String storage = process.at("/resource/ephemeralStorage").asText();
    ObjectNode container = (ObjectNode) pod.at(CONTAINER);
    container
        .putObject("resources")
        .<ObjectNode>set("requests", YAML.createObjectNode().put("ephemeral-storage", storage))
        .set("limits", YAML.createObjectNode().put("ephemeral-storage", storage));
    YAML.writeValue(file.toFile(), pod);
    return file.toString();
  }

  private static void merge(ObjectNode into, JsonNode from) {
    from.fields()
        .forEachRemaining(
            each -> {
              if (into.get(each.getKey()) instanceof ObjectNode nested) {
                merge(nested, each.getValue());
              } else {
                into.set(each.getKey(), each.getValue());
              }
            });
  }

  String name() {
    return settings.get(KubernetesConfigOptions.CLUSTER_ID);
  }

  String namespace() {
    return settings.get(KubernetesConfigOptions.NAMESPACE);
  }

  boolean isHighlyAvailable() {
    return settings.get(HighAvailabilityOptions.HA_MODE).equals("kubernetes");
  }

  /** The labels of the pods of its task managers. */
  Map<String, String> taskManagers() {
    return KubernetesUtils.getTaskManagerSelectors(name());
  }

  /** Makes the deployment of the job manager, with its services and files, as the operator does. */
  void deploy(KubernetesServer server) throws Exception {
    Configuration with = with(server, server.token());
    KubernetesClusterClientFactory factory = new KubernetesClusterClientFactory();
    try (KubernetesClusterDescriptor descriptor = factory.createClusterDescriptor(with)) {
      if (application) {
        descriptor
            .deployApplicationCluster(
                factory.getClusterSpecification(with),
                ApplicationConfiguration.fromConfiguration(with))
            .getClusterClient()
            .close();
      } else {
        descriptor
            .deploySessionCluster(factory.getClusterSpecification(with))
            .getClusterClient()
            .close();
      }
    }
  }

  /** Flink's client of the API server, for who has a token. */
  FlinkKubeClient client(KubernetesServer server, String token) {
    return FlinkKubeClientFactory.getInstance().fromConfiguration(with(server, token), "test");
  }

  private Configuration with(KubernetesServer server, String token) {
    try {
      Path file = Files.createTempFile(folder, "access", ".yaml");
      KubernetesApi.writeAccess(server, token, file);
      Configuration with = new Configuration(settings);
      with.set(KubernetesConfigOptions.KUBE_CONFIG_FILE, file.toString());
      return with;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The pod of a task manager, as the job manager asks for it. */
  KubernetesPod taskManager(FlinkKubeClient client) {
    Configuration sized = new Configuration(settings);
    sized.set(TaskManagerOptions.CPU_CORES, settings.get(KubernetesConfigOptions.TASK_MANAGER_CPU));
    TaskExecutorProcessSpec process = TaskExecutorProcessUtils.processSpecFromConfig(sized);
    FlinkPod template =
        KubernetesUtils.loadPodFromTemplateFile(
            client,
            Path.of(settings.get(KubernetesConfigOptions.TASK_MANAGER_POD_TEMPLATE)).toFile(),
            Constants.MAIN_CONTAINER_NAME);
    return KubernetesTaskManagerFactory.buildTaskManagerKubernetesPod(
        template,
        new KubernetesTaskManagerParameters(
            settings,
            name() + "-taskmanager-1-1",
            "",
            "",
            ContaineredTaskManagerParameters.create(settings, process),
            Map.of(),
            Set.of()));
  }
}
