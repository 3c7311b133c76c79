"""The words by which the audit knows what a README speaks of: data, in a module because that is read without parsing.

Headings are compared without case, numbers, emoji and punctuation; a heading has a topic when it holds one of its
phrases as whole words, or is exactly one of `exactly`. Bars separate phrases. Headings in Spanish and Portuguese are
known too; prose is judged in English only.
"""

from __future__ import annotations

LEXICON: dict[str, dict[str, str | dict[str, str]]] = {
    "topics": {
        "problem": {
            "headings": """
                problem | problems | problem statement | motivation | objective | objectives | goal | goals | aim | aims
                | purpose | business case | business context | business understanding | business problem | business
                value | business impact | use case | use cases | question | research question | why this project | why
                this matters | why it matters | why i built | why i made | why we built | what it is | what is it | the
                story | backstory | what it does | what this does | what is this | what this project does | challenge |
                the task | scenario | problema | objetivo | objetivos | motivación | motivação | contexto
            """,
            "exactly": "why | what | task | mission | vision | the idea | idea | context | hypothesis",
        },
        "overview": {
            "headings": """
                overview | introduction | about | description | summary | background | abstract | executive summary
                | tldr | project brief | visión general | introducción | descripción | resumen | introdução |
                descrição | resumo | visão geral | sobre
            """,
            "exactly": "tl dr | intro | project | the project | highlights | details | project details",
        },
        "data": {
            "headings": """
                data | dataset | datasets | data set | data sets | corpus | data source | data sources | data
                dictionary | data description | feature description | features description | variables | attributes
                | columns | features used | input features | schema | eda | exploratory data analysis | datos |
                conjunto de datos | dados | conjunto de dados
            """,
            "exactly": "images | input | inputs",
            "never": """
                environment variables | data science | data scientist | data engineering | data leakage | data
                flexibility | data drift | data privacy | data pipeline | data flow
            """,
        },
        "results": {
            "headings": """
                result | results | performance | evaluation | metrics | scores | benchmark | benchmarks | accuracy |
                findings | model comparison | comparison | leaderboard | outcome | outcomes | experiments |
                resultado | resultados | evaluación | avaliação | desempenho | rendimiento | métricas
            """,
            "exactly": "score | numbers",
        },
        "errors": {
            "headings": """
                error analysis | errors | failure | failures | failure cases | failure modes | failure analysis |
                confusion matrix | confusion | where it is wrong | where it fails | where the model fails | mistakes
                | misclassified | misclassifications | residuals | residual analysis | worst predictions | análisis
                de errores | análise de erros
            """,
            "exactly": "",
            "never": """
                import errors | common errors | known errors | error handling | error codes | error messages |
                troubleshooting | fix errors | fixing errors | resolve errors
            """,
        },
        "tradeoffs": {
            "headings": """
                trade off | trade offs | tradeoff | tradeoffs | design decisions | design decision | design choices
                | decisions | key decisions | technical decisions | modeling decisions | modelling decisions |
                rationale | alternatives | alternatives considered | approach | approach and why | methodology |
                method | why these choices | choices | decisiones | decisões | enfoque | abordagem | metodología |
                metodologia
            """,
            "exactly": "why",
        },
        "run": {
            "headings": """
                run | running | how to run | usage | how to use | use it | using | installation | install |
                installing | setup | set up | setting up | getting started | get started | quick start | quickstart
                | try it | reproduce | reproducing | reproducibility | instructions | how to reproduce | build |
                development | running locally | local development | instalación | uso | cómo ejecutar | ejecución |
                instalação | como executar | como rodar | como usar | execução
            """,
            "exactly": "commands | local | start | steps",
        },
        "demo": {
            "headings": """
                demo | live demo | live app | live | try it | try it out | video | screenshot | screenshots | web
                app | online | preview | demonstration | deployed app | demostración | demonstração
            """,
            "exactly": "app | application | deployment | deployed",
        },
        "baseline": {
            "headings": "baseline | baselines | línea base | linha de base",
            "exactly": "",
        },
        "deployment": {
            "headings": """
                deploy | deployment | deploying | deployed | deployments | serving | serve | production | hosting |
                containerization | containerisation | containerize | docker | dockerization | kubernetes | cloud |
                api | rest api | api usage | api endpoints | endpoints | web service | web app | streamlit app |
                streamlit | heroku | aws | gcp | azure | ci cd | model serving | inference api | backend |
                despliegue | implantação | contenedor
            """,
            "exactly": "infrastructure | web application | application",
        },
        "monitoring": {
            "headings": """
                monitor | monitoring | observability | drift | data drift | drift detection | logging | alerting |
                alerts | telemetry | model monitoring | monitorización | monitoreo | monitoramento
            """,
            "exactly": "",
        },
        "architecture": {
            "headings": """
                architecture | pipeline | workflow | how it works | system design | diagram | flow | structure of
                the pipeline | system overview | system architecture | data flow | process flow | solution design |
                solution overview | arquitectura | arquitetura | flujo | fluxo
            """,
            "exactly": "design | overview | solution",
        },
        "limitations": {
            "headings": """
                limitation | limitations | restriction | restrictions | known restrictions | known issues | known
                limitations | known problems | caveats | caveat | drawbacks | weaknesses | shortcomings | assumptions |
                assumptions and limitations | disclaimer | disclaimers | threats to validity | what does not work | what
                doesnt work | what it cannot do | constraints | scope and limits | limits | challenges and limitations |
                ethical considerations | biases | risks | honest limitations | out of scope | non goals | limitaciones |
                limitações | limites
            """,
            "exactly": "scope | gotchas",
        },
        "next_steps": {
            "headings": """
                what i would improve next | what i would do next | what i would improve | what id improve | what id do
                differently | what i would do differently | next steps | next step | future work | future works |
                future improvements | future improvement | future enhancements | future enhancement | future scope |
                future plans | future directions | future development | future developments | future considerations |
                future updates | roadmap | road map | improvements | possible improvements | potential improvements |
                enhancements | further work | further improvements | whats next | what is next | what next | coming
                soon | planned | planned features | upcoming | upcoming features | ideas for improvement | areas for
                improvement | room for improvement | extensions | próximos pasos | trabajo futuro | trabajos futuros |
                what could be improved | what to improve | mejoras | próximos passos | trabalhos futuros | melhorias |
                melhorias futuras
            """,
            "exactly": "future | outlook | next | to do | todo | todos | to dos | todo list | to do list",
        },
        "licence": {
            "headings": "license | licence | licensing | licencia | licença",
            "exactly": "",
        },
    },
    "metrics": {
        # of measures of a model's quality: in a table's header or first column, and in prose
        "names": """
            accuracy | acc | precision | recall | f1 | f1 score | f1 macro | macro f1 | micro f1 | weighted f1 | f2 | f
            beta | auc | roc auc | auroc | pr auc | auprc | average precision | ap | map | map50 | mAP | mrr | ndcg |
            hit rate | hit ratio | hr | recall at | precision at | rmse | mae | mse | mape | smape | wape | mase | rmsle
            | r2 | r squared | r² | adjusted r2 | log loss | logloss | loss | val loss | brier | brier score | ece | mcc
            | kappa | cohens kappa | sensitivity | specificity | balanced accuracy | error | error rate | gini | ks |
            lift | iou | miou | dice | bleu | rouge | rouge l | perplexity | wer | cer | silhouette | silhouette score |
            davies bouldin | inertia | score | cv score | test score | train score | validation score | skill | pinball
            loss | coverage | psnr | ssim | fid | exact match | em | spearman | pearson | correlation | top 1 | top 5 |
            win rate | reward | mean reward | return | sharpe | profit | savings | cost | metric value | c index |
            concordance | concordance index | public lb | private lb | public score | private score | public leaderboard
            | private leaderboard | top 1 accuracy | eer | chrf | meteor | mean absolute error | mean squared error |
            root mean squared error | median absolute error | mean absolute percentage error | mean absolute scaled
            error
        """,
        # inside a longer name: `Val Accuracy (%)`, `F1@10`
        "words": """
            accuracy | acc | precision | recall | f1 | f1score | auc | auroc | rocauc | auprc | rmse | mae | mse |
            mape | smape | wape | mase | rmsle | r2 | r² | logloss | brier | ece | mcc | kappa | sensitivity |
            specificity | ndcg | mrr | map | iou | miou | dice | bleu | rouge | perplexity | wer | silhouette |
            pinball | mdape
        """,
    },
    "baseline": {
        "words": """
            baseline | baselines | dummy classifier | dummy regressor | dummyclassifier | dummyregressor | naive
            forecast | naive model | naive method | naive predictor | naïve forecast | seasonal naive | majority
            class classifier | majority classifier | majority vote classifier | most frequent class | popularity
            model | most popular items | persistence model | persistence forecast | random guess | random guessing |
            always answering | majority class gives | always guessing | predicting the mean | predicting the majority |
            always predict | always predicting | always predicts | as a sanity check |
            mean predictor | zero rule | zeror | línea base |
            linha de base
        """,
        # in a table of results these are enough
        "rows": """
            baseline | dummy | naive | naïve | majority | most frequent | most popular | popularity | persistence |
            majority class | mean | median | random | last value | toppop | mostpop | global mean | always | default |
            vanilla | untuned
        """,
        # beside others in such a table, each of these is one by what it is
        "simple": """
            linear regression | logistic regression | least squares | ordinary least squares | ols |
            decision stump | tf idf | tfidf | bag of words | bm25 | keyword | keyword search |
            keyword only | text search | moving average | no rag | without rag | zero shot | rule based | heuristic
        """,
    },
    "models": {
        "words": """
            xgboost | lightgbm | catboost | random forest | randomforest | gradient boosting | gbm | logistic
            regression | linear regression | svm | svc | support vector | knn | nearest neighbors | nearest neighbours
            | naive bayes | decision tree | ridge | lasso | elasticnet | mlp | neural network | cnn | rnn | lstm | gru
            | transformer | bert | distilbert | roberta | gpt | resnet | resnet50 | resnet18 | vgg | vgg16 |
            efficientnet | mobilenet | mobilenetv2 | densenet | inception | yolo | yolov5 | yolov8 | unet | vit |
            autoencoder | svd | als | kmeans | k means | dbscan | prophet | arima | sarima | sarimax | isolation
            forest | tfidf | tf idf | collaborative filtering | content based | matrix factorization | cosine
            similarity | word2vec | doc2vec | ensemble | stacking | adaboost | extra trees | q learning | dqn | ppo |
            gan | diffusion | llama | mistral | gemini | pca | logreg | logisticregression | linearregression |
            gradientboosting | decisiontree | randomforestclassifier | randomforestregressor | histgradientboosting |
            kneighbors | xception | alexnet | distil | extratrees | hmm | t5 | whisper | unetr | swinunetr | swin
            unetr | segresnet | attention unet | v net | vnet | nnunet | nnu net | deeplab | deeplabv3 | segformer |
            mask r cnn | faster r cnn | swin transformer | convnext | tabnet | han | tgn | graphsage | gcn | gat |
            blip | clip | bm25
        """,
    },
    "error_cues": {
        "phrases": """
            confusion matrix | confusion matrices | error analysis | misclassified | misclassify | misclassifies |
            misclassification | misclassifications | false positive | false positives | false negative | false
            negatives | failure case | failure cases | failure mode | failure modes | residual plot | residual plots |
            residual analysis | residual distribution | distribution of residuals | model residuals | residuals of |
            prediction residuals | prediction errors | worst
            predictions | hardest class | confuses | confused with | mistaken for | wrong predictions | incorrect
            predictions | underpredict | underpredicts | underprediction | overpredict | overpredicts |
            overprediction | under predict | under predicts | over predict | over predicts | struggles with |
            struggles to | performs worse | performs poorly | worst on | hardest to
        """,
    },
    # of applications of language models
    "llm_cues": {
        "chunks": """
            chunk | chunks | chunked | chunking | chunk size | overlap | splitter | passages | segments | split into |
            text splitter
        """,
        "judged": """
            llm as a judge | judge | judged | ragas | deepeval | faithfulness | groundedness | grounding | correctness
            | answer relevance | answer relevancy | golden set | golden dataset | test questions | ground truth |
            evaluated on | evaluation set | correct answers | answered correctly | human evaluation | exact match
        """,
        "retrieval": """
            hit rate | hitrate | hit rate at | recall at | recall | mrr | ndcg | context precision | context recall |
            precision at | map
        """,
        "price": """
            latency | tokens | cost | costs | cents | seconds | response time | per query | per question | ms | p95
        """,
        "failures": """
            hallucinate | hallucinates | hallucinated | wrong answer | wrong answers | incorrect answer | incorrect
            answers | made up | refuses | refused | does not know | fails to | failure | failures | cannot answer
        """,
        "models": """
            gpt 4 | gpt 4o | gpt 4o mini | gpt 3 5 turbo | gpt 3 | gpt 5 | o1 | o3 | claude 3 | claude | claude sonnet
            | gemini 1 | gemini 2 | gemini pro | gemini flash | gemini | llama 2 | llama 3 | llama2 | llama3 | llama |
            mistral | mistral 7b | mixtral | phi 3 | phi 2 | qwen | gemma | flan t5 | command r | deepseek | gpt 4 1 |
            gpt 4 turbo | tinyllama | vicuna | falcon
        """,
        "prompts": "prompt | prompts | system prompt | prompt template | prompting",
    },
    "monitoring_cues": {
        "phrases": """
            prometheus | grafana | evidently | evidentlyai | data drift | model drift | concept drift | drift
            detection | detect drift | detects drift | drift report | drift reports | drift monitoring | cloudwatch
            | monitors the | monitoring dashboard | model monitoring | sentry | alertmanager | opentelemetry |
            whylogs | nannyml | arize | prediction log | prediction logs | logs predictions | logs every prediction
            | logs each prediction | feature drift | feature drifts | prediction drift |
            target drift | alerts when | performance monitoring | application insights | datadog | new
            relic
        """,
    },
    "deployment_cues": {
        "commands": """
            docker run | docker compose | docker-compose | docker build | uvicorn | gunicorn | waitress | kubectl |
            bentoml | mlflow models serve | gcloud run | gcloud app | heroku | eb create | eb local | az webapp |
            sam deploy | sls deploy | terraform apply | minikube | helm install | fly deploy | flyctl | vercel |
            render.yaml | cdk deploy | fastapi run | fastapi dev | modal deploy | huggingface-cli | docker pull |
            docker push | podman | docker image
        """,
        "hosts": """
            streamlit.app | share.streamlit.io | streamlitapp.com | huggingface.co/spaces | hf.space | herokuapp.com
            | onrender.com | vercel.app | netlify.app | netlify.com | railway.app | fly.dev | azurewebsites.net |
            azurecontainerapps.io | run.app | appspot.com | web.app | firebaseapp.com | pythonanywhere.com |
            replit.app | repl.co | replit.com | gradio.live | gradio.app | elasticbeanstalk.com | execute-api |
            cloudfront.net | shinyapps.io | modal.run | ngrok | render.com | koyeb.app | deta.dev | surge.sh |
            glitch.me | pages.dev | workers.dev | public.tableau.com | app.powerbi.com | mybinder.org
        """,
    },
    "demo_cues": {
        "words": """
            demo | live | try it | try the app | web app | webapp | website | deployed | video | recording |
            walkthrough | playground | open the app | launch | hosted | app link | view app | application | visit
        """,
        "hosts": """
            youtube.com | youtu.be | loom.com | vimeo.com | asciinema.org | drive.google.com/file |
            user-attachments/assets
        """,
    },
    "data_cues": {
        "hosts": """
            kaggle.com | archive.ics.uci.edu | uci.edu | huggingface.co/datasets | zenodo.org | data.gov |
            datahub.io | grouplens.org | openml.org | roboflow.com | physionet.org | figshare.com | dataverse |
            data.world | opendata | open-data | eia.gov | census.gov | who.int | worldbank.org | ourworldindata.org
            | s3.amazonaws.com | storage.googleapis.com | drive.google.com | mendeley.com | image-net.org |
            cocodataset.org | ieee-dataport | yelp.com/dataset | insideairbnb.com | nyc.gov | tfhub.dev |
            tensorflow.org/datasets | yann.lecun.com | cs.toronto.edu | stanford.edu | finance.yahoo.com | noaa.gov
            | nasa.gov | europa.eu | statista.com | kdd.org | drivendata.org | analyticsvidhya.com | quandl.com |
            nasdaq.com | alphavantage.co | fred.stlouisfed.org | openweathermap.org | meteostat | open-meteo.com |
            themoviedb.org | imdb.com | github.com | githubusercontent.com | lendingclub.com | synthea
        """,
        "loaders": """
            load_iris | load_digits | load_wine | load_breast_cancer | load_diabetes | fetch_california_housing |
            fetch_openml | fetch_20newsgroups | load_dataset | keras.datasets | torchvision.datasets | tfds.load |
            sns.load_dataset | yfinance | kagglehub | kaggle datasets download | kaggle competitions download |
            make_classification | make_regression | nltk.download | ucimlrepo
        """,
        # data sets that are found by their name alone
        "services": """
            yahoo finance | yfinance | newsapi | praw | tweepy | alpha vantage | coingecko | ccxt | spotipy | pytrends |
            google trends | open meteo | openweathermap | world bank | sec edgar | gdelt | quandl | nasdaq data link |
            fred api | reddit api | twitter api | spotify api | tmdb api | youtube api | binance api
        """,
        "named": """
            movielens | imagenet | tiny imagenet | plantvillage | plantdoc | mnist | fashion mnist | emnist | cifar 10
            | cifar 100 | svhn | chestx ray14 | chexpert | ham10000 | isic 2018 | isic 2019 | isic 2020 | ms coco |
            pascal voc | cityscapes | kitti | gtsrb | imdb reviews | imdb movie reviews | sst 2 | ag news | squad | ms
            marco | wikitext | common crawl | enron | spambase | titanic | boston housing | ames housing | california
            housing | adult census | german credit | telco customer churn | pima indians | breast cancer wisconsin |
            m4 competition | m5 | m5 forecasting | rossmann | jena climate | nyc taxi | lending club | amazon reviews
            | goodreads | book crossing | last fm | million song | netflix prize | librispeech | urbansound8k | esc 50
            | iris dataset | wine quality
        """,
        "units": """
            row | rows | record | records | sample | samples | instance | instances | observation | observations |
            image | images | photo | photos | photographs | picture | pictures | class | classes | category |
            categories | label | labels | column | columns | feature | features | variable | variables | attribute |
            attributes | field | fields | customer | customers | client | clients | user | users | movie | movies |
            film | films | item | items | rating | ratings | review | reviews | tweet | tweets | message | messages
            | email | emails | document | documents | text | texts | transaction | transactions | patient | patients
            | year | years | month | months | day | days | hour | hours | week | weeks | mb | gb | kb | entries |
            examples | questions | articles | books | products | houses | properties | stores | stations | sensors |
            videos | frames | files | tokens | sentences | points | datapoints | cases | events | sessions | clicks
            | orders | loans | applicants | employees | students | players | games | matches | songs | tracks |
            recordings | clips | species | cells | regions | countries | cities | markets | currencies | devices |
            machines | engines | flights | trips | rides | recipes | jobs | resumes | listings | apartments | breeds
            | characters | digits | plants | leaves | x-rays | scans | train | training | test | testing |
            validation
        """,
        "fields": """
            column | columns | feature | features | field | fields | variable | variables | attribute | attributes |
            type | dtype | data type | description | meaning | file | class | split | dataset | property
        """,
    },
    "stakeholders": {
        "headings": """
            target audience | target audiences | intended audience | intended users | target users | who is it for | who
            is this for | who it is for | for whom | user personas | personas | stakeholders
        """,
        "words": """
            customer | customers | client | clients | user | users | patient | patients | doctor | doctors |
            physician | physicians | clinician | clinicians | radiologist | radiologists | farmer | farmers | bank |
            banks | lender | lenders | company | companies | business | businesses | manager | managers | team |
            teams | analyst | analysts | operator | operators | buyer | buyers | seller | sellers | investor |
            investors | retailer | retailers | insurer | insurers | agency | agencies | government | hospital |
            hospitals | policymaker | policymakers | stakeholder | stakeholders | organization | organizations |
            organisation | organisations | student | students | teacher | teachers | utility | utilities | grid |
            traders | marketers | marketing | agents | developers | researchers | people | drivers | owners |
            viewers | readers | shoppers | institution | institutions | decision makers | recruiters | professionals
            | practitioners | providers | planners | underwriters | citizens | homeowners | employees | hr | grower
            | growers | desk | nurses | staff | engineers | officers | dispatchers | editors | merchants | tenants |
            commuters | voters | trader | tourists | travelers | travellers | master | who | experts | expert |
            family | families | parents | uncle | aunt | mother | father | friend | friends | neighbour | neighbours
            | neighbor | neighbors | colleague | colleagues
        """,
        "verbs": """
            decide | decides | decision | decisions | choose | chooses | prioritize | prioritise | target |
            intervene | allocate | approve | reject | treat | retain | reduce | prevent | plan | planning |
            recommend | act | detect | flag | identify | optimize | optimise | improve | help | helps | helping |
            support | supports | assist | assists | enable | enables | allow | allows | predict | estimate |
            diagnose | find | save | buy | sell | price | select | manage | respond | offer | understand | screen |
            triage | know | warn | choosing | counts
        """,
    },
    "reasons": {
        "phrases": """
            because | costs | cost of | costly | costlier | imbalance | imbalanced | trade off | trade offs | tradeoff
            | tradeoffs | false negative | false negatives | false positive | false positives | false alarm | false
            alarms | more important | matters | penalize | penalise | penalizes | penalises | penalizing | misleading
            | not accuracy | rather than accuracy | instead of accuracy | chosen as | chosen because | chosen since |
            prioritize | prioritise | prioritized | prioritised | prioritizes | prioritizing | so that | skewed |
            robust to outliers | sensitive to outliers | crucial | missed fraud | missing a | worse than | as it is
            robust | main metric | is appropriate | is suitable | is preferred | isnt enough | is not enough | alone
            is not | alone isnt
        """,
    },
    "contrasts": {
        "phrases": """
            instead of | rather than | trade off | trade offs | tradeoff | tradeoffs | at the cost of | at the
            expense of | in contrast to | preferred over | chosen over | chose | chosen because | chosen for |
            chosen due to | selected because | selected for its | selected due to | on the other hand | sacrifice |
            sacrifices | sacrificing | in exchange for | outweigh | outweighs | faster than | slower than | simpler
            than | more expensive | computationally expensive | at a lower cost | lighter than | not worth |
            overkill | was selected over | were selected over | selected over | alternative approach | was negligible |
            is negligible | pros and cons | drawback | drawbacks | downside | downsides | at the price of |
            advantages over | advantage over
        """,
        # one side, and the other: a passage that has both words of a cost and a turn weighs them
        "sides": """
            compared to | compared with | than | versus | vs | over | instead of | rather than | alternative |
            alternatives | the latter | the former
        """,
        "costs": """
            slower | faster | cheaper | more expensive | heavier | lighter | simpler | more complex | more time | less
            time | longer to train | more memory | less memory | more accurate | less accurate | higher accuracy | lower
            accuracy | latency | overhead | training time | inference time | easier to | harder to | maintainable |
            interpretable | interpretability | cost | costs
        """,
        "between": "trade off between | tradeoff between | trade offs between | tradeoffs between",
        "columns": "rationale | justification | tradeoff | tradeoffs | trade-off | trade-offs | pros | cons",
    },
    "serving": {
        "words": """
            api | apis | app | bot | dashboard | deployed | deploy | endpoint | endpoints | serving | realtime |
            hourly | nightly | cron | airflow | prefect | dagster | fastapi | flask | django | streamlit | gradio |
            dash | shiny | kubernetes | sagemaker | website
        """,
    },
    "uncertainty": {
        "phrases": """
            confidence interval | confidence intervals | 95 ci | ci95 | 95 confidence | 95 interval | 90 interval | 80
            interval | credible interval | credible intervals | prediction interval | prediction intervals | standard
            deviation | standard error | std | stdev | std dev | bootstrap interval | bootstrap intervals | bootstrap
            confidence | bootstrap ci | bootstrap 95 | bootstrap samples | bootstrap resamples | bootstrap resampling
            | bootstrap over | bootstrap standard | bootstrap of | by bootstrap | by a bootstrap | bootstrapped |
            margin of error | variance across | across seeds | over seeds | over five seeds | over three seeds | over
            ten seeds | across folds | across five folds | random seeds | p value | p values | statistically
            significant
        """,
    },
    "licences": {
        "phrases": """
            cc0 | cc by | cc by sa | cc by nc | creative commons | odbl | open database license | open data commons |
            public domain | open government licence | open government license | odc by | pddl | database contents
            license | dbcl | licence | license | licensed | licenses | licences | terms of use | terms of service |
            usage terms | redistribute | redistributed | redistribution | copyright | royalty | non commercial |
            noncommercial | free to use | open data | data use policy | data use agreement | data license agreement |
            usage policy
        """,
    },
    "limitation_cues": {
        # enough by themselves
        "phrases": """
            limitation | limitations | caveat | caveats | drawback | drawbacks | shortcoming | shortcomings | weakness |
            weaknesses | known issue | known issues | does not generalize | does not generalise | may not generalize |
            might not generalize | not generalise | cannot generalize | not suitable for | not intended for | not a
            substitute | should not be used | for educational purposes only | illustrative only | not medical advice |
            not financial advice | only trained on | limited data | biased toward | biased towards | does not claim |
            not claim | does not isolate | not representative | not validated | not production-ready | not production
            ready | only tested on | was never tested | no guarantee | could be greatly improved | not account for |
            does not capture | does not reflect | can still affect
        """,
        # where the sentence is about the model, its data or its answers
        "weak": """
            limited to | does not handle | doesn't handle | cannot be used | only works | works only | prone to |
            overfit | overfits | overfitting | unfortunately | suffers from | do not replicate | computationally
            intensive | computationally expensive | not feasible | may need to be modified | unable to | cannot
            predict | cannot detect | cannot handle | does not cover | does not include | less
            accurate | not reliable | not perfect | lacks | too small | a major cause | does not support | weakens
        """,
        "subjects": """
            model | models | data | dataset | datasets | prediction | predictions | result | results | classifier |
            network | system | approach | accuracy | sample | samples | forecast | forecasts | recommendations |
            performance | method | algorithm | images | labels | bot | chatbot | recommender | project
        """,
        "solved": """
            reduce | reduces | reduced | reducing | prevent | prevents | prevented | preventing | avoid | avoids |
            avoided | avoiding | mitigate | mitigates | mitigated | mitigating | against | combat | combats | curb |
            address | addresses | addressed | handle overfitting | control | controls | regularization
        """,
    },
    "next_cues": {
        "phrases": """
            future work | future improvement | future version | in the future | next step | could be improved | can
            be improved | could be extended | can be extended | plan to | planning to | would be improved | i would
            improve | further improve | further work | future enhancement | to be implemented | to be added | will
            be added | will be implemented | coming soon | room for improvement | future improvements | future
            versions | next steps | future enhancements | improvements could include | improvement could be |
            improvements include | could be added | worth trying next | would be worth trying | potential extensions |
            possible extensions | probably can be improved | would likely improve | left for later | be addressed later
        """,
        "verbs": """
            add | adding | try | trying | use | using | build | improve | improving | improved | deploy | deploying
            | integrate | integrating | integration | implement | implementing | implementation | collect | gather |
            extend | extending | expand | expanding | expansion | explore | exploring | test | testing | tune |
            tuning | train | training | retrain | retraining | fine | create | include | including | incorporate |
            experiment | experimenting | automate | automated | automatic | set | support | supporting | enable |
            handle | optimize | optimise | optimizing | optimization | optimisation | reduce | increase | enhance |
            enhanced | enhancing | develop | developing | development | migrate | move | switch | replace | refactor
            | monitor | monitoring | measure | evaluate | compare | apply | applying | make | write | introduce |
            investigate | consider | leverage | scale | scaling | convert | connect | publish | host | containerize
            | dockerize | calibrate | perform | conduct | more | better | real | multi | advanced | choose | run |
            keep | learn | fix | validate | generate | allow | provide | show | track | schedule | augment | analyze
            | analyse | model | deployment | feature | hyperparameter | user | web | mobile | cloud | api |
            real-time | several | a | an | the | none | get | put | store | save | load | check | detect | predict |
            cross | balance | label | clean | update | upgrade | further | additional | larger | other | different |
            new | ci | docker | explainability | interpretability | visualize | visualise | visualization
            | dashboard | personalized | dynamic | interactive | streamlit | shap | mlflow | automl | ab | a/b
        """,
        # would fit any project: an item of nothing else says nothing of this one
        "generic": """
            add | adding | try | use | using | improve | improving | improved | better | more | data | dataset |
            datasets | model | models | accuracy | performance | project | code | system | new | the | a | an | of |
            to | and | or | for | with | in | on | it | future | work | works | next | steps | step | implement |
            enhance | increase | feature | features | results | result | other | different | explore | further |
            additional | various | advanced | techniques | technique | methods | method | algorithms | algorithm |
            machine | learning | deep | ai | ml | improvement | improvements | limitation | limitations | things |
            stuff | etc | make | get | can | be | will | would | should | could | i | we | this | that | large |
            larger | bigger | good | great | also | as | is | are | my | our | by | from | into | all | some
        """,
    },
    # a licence file is recognised by phrases that its text must hold
    "licence_texts": {
        "MIT": 'permission is hereby granted, free of charge | the software is provided "as is"',
        "Apache-2.0": "apache license | version 2.0",
        "GPL-3.0": "gnu general public license | version 3",
        "GPL-2.0": "gnu general public license | version 2",
        "AGPL-3.0": "gnu affero general public license | version 3",
        "LGPL": "gnu lesser general public license",
        "BSD": "redistribution and use in source and binary forms",
        "MPL-2.0": "mozilla public license | 2.0",
        "ISC": "permission to use, copy, modify, and/or distribute this software",
        "Unlicense": "this is free and unencumbered software released into the public domain",
        "CC0-1.0": "cc0 1.0 universal",
        "CC-BY": "creative commons attribution",
        "CC-BY (short)": "creativecommons.org/licenses/by",
        "EUPL-1.2": "european union public licen",
        "BSL-1.0": "boost software license",
        "EPL-2.0": "eclipse public license",
        "WTFPL": "do what the fuck you want to public license",
        "Zlib": "this software is provided 'as-is', without any express or implied",
        "Artistic-2.0": "the artistic license 2.0",
    },
    # the commonest small words: by their share a text is known
    "languages": {
        "en": """
            the | and | of | to | in | is | for | this | with | that | are | on | it | as | by | from | be | you |
            or | an | can | we | which | was | has | have | not | your | using | will | at | its | these | their |
            into | our | been | were | if | a | i | what | how | but | so | than | when | each | only | all | no |
            there | they | where | would | should | could | more | most | while | because | does | do | my | one |
            also | then | any | other | about | between | without | before | after | over | such | both | up | out
        """,
        "es": """
            el | la | los | las | de | que | y | en | un | una | del | se | con | para | por | es | al | lo | como |
            más | este | esta | su | son | datos | o | proyecto
        """,
        "pt": """
            o | os | as | de | que | e | em | um | uma | do | da | dos | das | com | para | por | é | ao | como |
            mais | este | esta | seu | são | dados | não | projeto | no | na | foi
        """,
        "fr": """
            le | la | les | de | des | et | en | un | une | du | est | que | pour | dans | avec | sur | par | ce |
            cette | qui | au | nous | données | projet | pas | sont
        """,
        "de": """
            der | die | das | und | ist | von | zu | den | mit | für | ein | eine | im | auf | des | dem | nicht |
            wird | werden | sich | als | auch | daten | sind
        """,
        "it": """
            il | lo | la | i | gli | le | di | che | e | un | una | del | della | per | con | è | sono | nel | da |
            dati | progetto | questo
        """,
        "id": """
            yang | dan | di | dengan | untuk | dari | ini | pada | adalah | dalam | ke | data | atau | akan | oleh |
            menggunakan | dapat
        """,
        "tr": "ve | bir | bu | için | ile | olarak | veri | da | de | olan | gibi | çok | daha | kullanılarak",
        "pl": "i | w | na | z | do | jest | się | że | oraz | dla | danych | nie | to | przez | od",
        "nl": "de | het | een | en | van | is | voor | met | op | dat | in | te | zijn | wordt | deze",
        "vi": "và | là | của | các | cho | một | được | trong | với | có | không | dữ | liệu | này",
    },
    "lorem": {
        "words": """
            lorem | ipsum | dolor | sit | amet | consectetur | adipiscing | elit | sed | eiusmod | tempor |
            incididunt | labore | dolore | magna | aliqua | enim | minim | veniam | quis | nostrud | exercitation |
            ullamco | laboris | nisi | aliquip | commodo | consequat | duis | aute | irure | reprehenderit |
            voluptate | velit | esse | cillum | fugiat | nulla | pariatur | excepteur | sint | occaecat | cupidatat
            | proident | culpa | officia | deserunt | mollit | laborum
        """,
    },
    # tell a project's kind: words of its README, packages that it asks for
    "profiles": {
        "ml": {
            "words": """
                machine learning | deep learning | neural network | classifier | classification | regression |
                prediction | predict | predicts | predicting | predictive | forecast | forecasting | recommendation
                | recommender | clustering | xgboost | lightgbm | random forest | scikit-learn | sklearn | pytorch |
                tensorflow | keras | computer vision | nlp | sentiment | fine-tuning | fine-tuned | training data |
                train the model | trained model | model training | train_model | data science | dataset | accuracy |
                rmse | f1 | auc | mlflow | cnn | lstm | bert | transformer | anomaly detection | object detection |
                a/b test | a/b testing | hypothesis test | decision tree | cross validation | predictors | feature
                importances
            """,
            "packages": """
                scikit-learn | sklearn | torch | tensorflow | keras | xgboost | lightgbm | catboost | transformers |
                ultralytics | prophet | statsmodels | surprise | implicit | fastai | onnxruntime | pytorch-lightning
                | lightning | mlflow | optuna | gensim | spacy | nltk
            """,
        },
        "image": {
            "words": """
                image classification | image classifier | image | images | photo | photos | photograph | photographs |
                x-ray | mri | computer vision | object detection | segmentation | cnn | resnet | yolo | opencv | pixel |
                lesion | lesions | dermoscopic | radiograph | radiographs | ct scan | ct scans | traffic sign | traffic
                signs | handwritten | efficientnet | mobilenet | vgg16 | vision transformer
            """,
            "packages": "torchvision | timm | albumentations | opencv-python | cv2 | ultralytics | imgaug | kornia",
        },
        "forecast": {
            "words": """
                forecast | forecasting | time series | demand | arima | prophet | horizon |
                seasonality | hourly | day-ahead
            """,
            "packages": "prophet | darts | sktime | neuralforecast | statsforecast | pmdarima",
        },
        "nlp": {
            "words": """
                sentiment | text classification | spam | toxic | nlp | natural language processing | tokenization |
                named entity | ner | tweets | tf-idf | tfidf | bag of words | word2vec | question answering |
                summarization | bert | distilbert | topic modeling | resume parser | email
            """,
            "packages": "nltk | spacy | textblob | gensim | vadersentiment | fasttext",
        },
        "llm": {
            "words": """
                rag | retrieval augmented generation | retrieval augmented | large language model | large language
                models | llm | llms | chatbot | langchain | llamaindex | llama index | openai | gpt | gpt-4 | gpt-4o |
                gpt-3.5 | claude | gemini | mistral | ollama | groq | embeddings | vector store | vector database |
                vector db | chromadb | faiss | qdrant | pinecone | weaviate | pgvector | prompt | prompts | prompt
                engineering | llm as a judge | ragas | semantic search | rerank | reranking | chunks | chunking |
                agentic | agents | fine tuned llama
            """,
            "packages": """
                openai | langchain | langchain-core | langchain-community | llama-index | llama_index | anthropic |
                chromadb | qdrant-client | pinecone | ollama | litellm | groq | google-generativeai | haystack |
                sentence-transformers | dspy | ragas | mistralai
            """,
        },
        "recommender": {
            "words": """
                recommender | recommendation | recommendations | recommend | collaborative filtering | movielens |
                ndcg | item-based | user-based | content-based filtering
            """,
            "packages": "scikit-surprise | surprise | implicit | lightfm | recbole | turicreate",
        },
    },
    "trackers": {
        "words": """
            mlflow | wandb | weights biases | weights and biases | optuna | grid search | gridsearch | gridsearchcv
            | randomized search | random search | randomizedsearchcv | hyperopt | dvc exp | ray tune | keras tuner |
            neptune | tensorboard | hyperparameter tuning | hyperparameter search | hyperparameter optimization |
            hyperparameter optimisation | hyper parameter tuning | tuned hyperparameters | automl
        """,
    },
    # a line of code that begins with one is a command
    "programs": {
        "names": """
            source | cd | git | pip | pip3 | pipenv | poetry | uv | uvx | conda | mamba | python | python3 | py |
            jupyter | make | docker | docker-compose | bash | sh | npm | npx | yarn | pnpm | node | streamlit | uvicorn
            | flask | gunicorn | fastapi | mlflow | dvc | kaggle | curl | wget | kubectl | terraform | aws | gcloud | az
            | heroku | rscript | julia | go | cargo | brew | apt | apt-get | just | prefect | airflow | pytest | tox |
            nox | export | set | virtualenv | activate | accelerate | torchrun | dotnet | mvn | gradle | java | ruby |
            bundle | composer | php | pre-commit | huggingface-cli | modal | bentoml | dbt | quarto | rmarkdown | sam |
            minikube | helm | hatch | pixi | ollama | voila | zenml | kedro | deno | bun | nix | nix-shell |
            nixos-rebuild | stow | chmod | mkdir | cp | unzip | tar | mv | ln
        """,
    },
    "pictures": {
        "badges": """
            shields.io | badge | .svg?branch | .svg?style | travis-ci | codecov | circleci | /workflows/ | pepy.tech |
            readme-stats | visitor | hits. | capsule-render | skillicons | simple-icons | devicon | profile-counter |
            open-in- | github-readme | streak-stats | contrib.rocks | star-history | launch-binder | launchbinder |
            placehold | via.placeholder | dummyimage | picsum | deploy.svg | deploy-button | deploytofly | wave.svg
        """,
        "decoration": """
            logo | logos | icon | icons | emoji | badge | avatar | flag | signature | mascot | profile | banner |
            header | footer | divider | line | separator | cover | wave | typing | hero | thumbnail | unsplash |
            giphy | placeholder | license | licence
        """,
        "diagrams": """
            architecture | architectures | pipeline | pipelines | workflow | workflows | flow | flowchart | flow
            chart | dag | schema | design | diagram | diagrams | overview | structure | infrastructure | process |
            how it works | framework | methodology | erd | er | dataflow | arquitectura | arquitetura
        """,
        # of sections whose pictures are such ones
        "headings": """
            architecture | architectures | pipeline | pipelines | workflow | workflows | flowchart | flow chart | dag
            | diagram | diagrams | infrastructure | how it works | dataflow | arquitectura | arquitetura | system
            design
        """,
    },
    # what stands where something is still to be written
    "placeholders": {
        "phrases": """
            soon | coming | todo | to do | tbd | tba | to be added | to be written | to be done | to be filled |
            to be completed | to be determined | will be added | will be written | will be filled | will be completed
            | will follow | later | work in progress | wip | under construction | placeholder | lorem ipsum | none yet
            | nothing yet | not yet | planned | to come | fill in | pending | n a
        """,
    },
    # first sentences of well-known templates that nobody filled in
    "untouched": {
        "sentences": """
            this is your new kedro project | a short description of the project. | project organization generated by |
            this readme would normally document | one paragraph of project description goes here | give an overview of
            your project | give an overview of the dataset | describe your project here | bootstrapped with
            create-next-app | bootstrapped with create react app | getting started with create react app | section to
            complete | here's the tailored readme | here is the tailored readme | here's the updated readme | here is
            the updated readme | here's a readme | here is a readme | [more information needed] |
            github.com/your-username | github.com/yourusername
        """,
        "addresses": """
            link | url | your-link | path | insert-link | link-here | path/to/image | your_link_here |
            your-link-here | https://your-demo-link | https://your-app-url | #your-demo
        """,
    },
}
