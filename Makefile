# Every target is one line; the work is in deploy/local. 每个目标一行，实现见 deploy/local。
export PYTHONPATH := $(CURDIR):$(CURDIR)/clients/python
export REPLICAS TOWN
python := .venv/bin/python
ready := @test -x $(python) || { echo "nothing is installed here yet: make up 请先运行 make up"; exit 1; };
local := $(python) -m deploy.local
bootstrap := @deploy/local/bootstrap.sh

.DEFAULT_GOAL := help
.PHONY: help up down reset drop logs status doctor test check bench chaos token url credentials sources subscribers rules resay dead admin republish reconcile replay simulate contracts

help: ## this list 本列表
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' Makefile | awk -F'\t' '{ printf "make %-12s %s\n", $$1, $$2 }'

up: ## install, start, load the sample town, let its first cases flow 安装并启动 (REPLICAS=n)
	$(bootstrap)
	@$(local) up

down: ## stop; the data stays 停止，保留数据
	$(ready) $(local) down

reset: ## stop and delete all data 停止并删除全部数据 (YES=1 does not ask)
	$(ready) $(local) reset $(if $(YES),--yes)

drop: ## delete one town, of a replay for example 删除一个乡镇: TOWN=
	$(ready) $(local) drop "$(TOWN)"

logs: ## follow the logs 查看日志 (SERVICE=dispatch)
	$(ready) $(local) logs --service "$(SERVICE)"

status: ## processes, ports, health 进程、端口与状况
	$(ready) $(local) status

doctor: ## what is wrong, and how to repair it 诊断与修复办法
	$(ready) $(local) doctor

check: ## style, types, import rules 代码检查
	$(bootstrap)
	@$(local) check

test: ## install, check, and the whole suite 全部测试 (ARGS="-k intake")
	$(bootstrap) --tests
	@$(local) test -- $(ARGS)

bench: ## measure the line beside what could be taken instead 性能测试 (ONLY=rate,latency, RATE=)
	$(bootstrap) --tests
	@$(python) -m tests.bench $(if $(ONLY),--only "$(ONLY)") $(if $(RATE),--rate "$(RATE)")

chaos: ## break the line in every way, then check what was promised 故障演练 (FAULT=list or names, SEED=, MINUTES=)
	$(bootstrap) --tests
	@$(python) -m tests.chaos $(if $(filter list,$(FAULT)),--list,$(if $(FAULT),--fault "$(FAULT)")) $(if $(SEED),--seed "$(SEED)") $(if $(MINUTES),--minutes "$(MINUTES)")

token: ## sign a short token 签发令牌: ROLE=desk NAME=desk1
	$(ready) $(local) token --role "$(ROLE)" --name "$(NAME)"

url: ## address of the HTTP side 统一入口地址
	$(ready) $(local) url

credentials: ## AMQP address of a client 客户端连接地址: MEMBER=m017, SOURCE=hotline or SUBSCRIBER=x (MQTT=1: for a phone)
	$(ready) $(local) credentials $(if $(MEMBER),--member "$(MEMBER)") $(if $(SOURCE),--source "$(SOURCE)") $(if $(SUBSCRIBER),--subscriber "$(SUBSCRIBER)") $(if $(MQTT),--mqtt)

sources: ## add, rotate, disable … a source 上游来源: ACTION=add NAME=x ARGS="--kind …" (ACTION=list, ARGS=--help)
	$(ready) $(local) sources $(or $(ACTION),list) $(NAME) $(ARGS)

subscribers: ## outside systems that hear what happens 订阅系统: ACTION=add NAME=x ARGS="--area … --category … --transition …"
	$(ready) $(local) subscribers $(or $(ACTION),list) $(NAME) $(ARGS)

rules: ## bring a rule set into force 启用规则: SET=normal
	$(ready) $(local) rules "$(SET)"

resay: ## say reference data again 重新发布基础数据: WHAT=grids
	$(ready) $(local) resay "$(WHAT)"

dead: ## what is parked, with reasons 搁置的消息 (ACTION=show SERVICE=dispatch ID=…)
	$(ready) $(local) dead $(ACTION) $(ID) $(if $(SERVICE),--service "$(SERVICE)")

admin: ## any command of a service's administrators 管理命令: SERVICE=intake ARGS="explain 20261125-000001"
	$(ready) $(local) admin "$(or $(SERVICE),intake)" $(ARGS)

republish: ## say again what was said since 重新发布: SINCE=2026-11-23T09:00:00+08:00
	$(ready) $(local) republish "$(SINCE)"

reconcile: ## what a source believes against what it was told 核对来源: SOURCE= (FILE=believed.csv RESEND=1)
	$(ready) $(local) reconcile "$(SOURCE)" $(if $(FILE),--believed "$(FILE)") $(if $(RESEND),--resend)

replay: ## a city's request table into a town of its own 回放: FILE= MAPPING= GRIDS= TOWN= (RATE=)
	$(bootstrap)
	@$(python) -m deploy.replay --file "$(FILE)" --mapping "$(MAPPING)" --grids "$(GRIDS)" --town "$(TOWN)" $(if $(RATE),--rate "$(RATE)")

simulate: ## more simulated platforms, members and reporters in the sample town 模拟运行
	$(ready) $(python) -m deploy.simulation --town "$(or $(TOWN),qiuchuan)"

contracts: ## write the message contracts from the services' classes 生成消息契约
	$(ready) $(python) -m deploy.contracts && $(python) -m deploy.openapi
