#include <tartan/core/error.hpp>
#include <tartan/core/json_file.hpp>
#include <tartan/train/head_record.hpp>

namespace tartan::train {
namespace {

constexpr char const* way_out = "restore it from a copy";

nlohmann::ordered_json to_json(HeadRecord const& r) {
  nlohmann::ordered_json json = {
      {"head", r.head}, {"objective", r.objective}, {"labels", r.labels}, {"metric", r.metric}};
  if (r.max_length) json["max_length"] = *r.max_length;
  if (r.scale) json["scale"] = {{"mean", r.scale->mean}, {"deviation", r.scale->deviation}};
  return json;
}

//! Nothing where it is damaged.
std::optional<HeadRecord> parse(std::string const& task, nlohmann::json const& json) try {
  HeadRecord r{task, json.value("head", task), json.at("objective").get<std::string>()};
  r.labels = json.at("labels").get<std::vector<std::string>>();
  r.metric = json.value("metric", "");
  if (json.contains("max_length")) r.max_length = json.at("max_length").get<std::int64_t>();
  if (json.contains("scale"))
    r.scale = {json.at("scale").at("mean").get<double>(), json.at("scale").at("deviation").get<double>()};
  return r;
} catch (nlohmann::json::exception const&) {
  return std::nullopt;
}

}  // namespace

std::string head_metadata(std::vector<HeadRecord> const& records) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (HeadRecord const& r : records) json[r.task] = to_json(r);
  return json.dump();
}

std::map<std::string, std::optional<HeadRecord>> read_head_metadata(std::string const& metadata,
                                                                    std::string const& file) {
  auto const json = parse_json(metadata, file + ": metadata \"heads\"", way_out);
  if (!json.is_object()) fail_data(file + " names no task in its metadata; " + way_out);
  std::map<std::string, std::optional<HeadRecord>> records;
  for (auto const& [task, record] : json.items()) records[task] = parse(task, record);
  return records;
}

void refuse_head_record(std::string const& file, std::string const& task) {
  fail_data(file + " does not describe the head of task " + task + "; " + way_out);
}

}  // namespace tartan::train
